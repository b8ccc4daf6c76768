import type { Model, Operation } from './model.js';

export type Verdict =
  | { readonly kind: 'linearizable' }
  /** The operation that no order can explain, and its key. */
  | { readonly kind: 'violation'; readonly key: string; readonly operation: Operation }
  /** More configurations than the limit would have to be looked at. Not a success. */
  | { readonly kind: 'undecided'; readonly key: string; readonly configurations: number };

/** Configurations of one key that are looked at before giving up. */
const configurationsMax = 200_000;

/**
 * Is there one order of all operations, each between its invocation and its return, that the model allows (Herlihy and
 * Wing 1990)? Keys are checked on their own, which is sound because linearizability is local.
 *
 * Method (after Wing and Gong 1993 and Lowe 2017): go through invocations and returns as they happened and keep the set
 * of configurations that explain everything so far: a state, and which of the operations under way have taken effect.
 * An operation takes effect only when a return demands it, directly or after others under way. Equal configurations
 * are looked at once.
 */
export function checkLinearizable<S, I, O>(
  model: Model<S, I, O>,
  operations: readonly Operation<I, O>[],
  limits: { readonly configurationsMax?: number } = {},
): Verdict {
  const max = limits.configurationsMax ?? configurationsMax;
  for (const [key, ofKey] of byKey(operations)) {
    const verdict = new KeyCheck(model, ofKey, max).run(key);
    if (verdict.kind !== 'linearizable') return verdict;
  }
  return { kind: 'linearizable' };
}

function byKey<I, O>(operations: readonly Operation<I, O>[]): ReadonlyMap<string, readonly Operation<I, O>[]> {
  const keys = new Map<string, Operation<I, O>[]>();
  for (const operation of operations) {
    const ofKey = keys.get(operation.key);
    if (ofKey === undefined) keys.set(operation.key, [operation]);
    else ofKey.push(operation);
  }
  return keys;
}

interface Configuration<S> {
  readonly state: S;
  /** Operations that have taken effect and have not returned, by their offset, rising. */
  readonly done: readonly number[];
}

class KeyCheck<S, I, O> {
  /** Invoked and not returned. */
  private readonly open = new Set<number>();
  private configurations: Configuration<S>[];
  private looked = 0;

  constructor(
    private readonly model: Model<S, I, O>,
    private readonly operations: readonly Operation<I, O>[],
    private readonly max: number,
  ) {
    this.configurations = [{ state: model.init, done: [] }];
  }

  run(key: string): Verdict {
    for (const { offset, returns } of this.moments()) {
      if (!returns) {
        this.open.add(offset);
        continue;
      }
      this.configurations = this.demand(offset);
      this.open.delete(offset);
      const operation = this.operations[offset];
      if (this.looked > this.max) return { kind: 'undecided', key, configurations: this.looked };
      if (this.configurations.length === 0 && operation !== undefined) return { kind: 'violation', key, operation };
    }
    return { kind: 'linearizable' };
  }

  private moments(): readonly { readonly at: number; readonly offset: number; readonly returns: boolean }[] {
    const moments = this.operations.flatMap(({ invoked, returned }, offset) => [
      { at: invoked, offset, returns: false },
      ...(returned === undefined ? [] : [{ at: returned, offset, returns: true }]),
    ]);
    // Whoever returns at the very moment another begins may overlap with it: invocations first.
    return moments.sort((left, right) => left.at - right.at || Number(left.returns) - Number(right.returns));
  }

  /** The configurations in which `offset` has taken effect, from each one that there is. */
  private demand(offset: number): Configuration<S>[] {
    const found = new Map<string, Configuration<S>>();
    const seen = new Set<string>();
    const stack = [...this.configurations];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
      if (next.done.includes(offset)) {
        const without = { state: next.state, done: next.done.filter((other) => other !== offset) };
        found.set(this.identity(without), without);
        continue;
      }
      const identity = this.identity(next);
      if (seen.has(identity)) continue;
      seen.add(identity);
      this.looked += 1;
      if (this.looked > this.max) return [];
      for (const candidate of this.open) {
        const after = this.take(next, candidate);
        if (after !== undefined) stack.push(after);
      }
    }
    return [...found.values()];
  }

  private take(from: Configuration<S>, offset: number): Configuration<S> | undefined {
    const operation = this.operations[offset];
    if (operation === undefined || from.done.includes(offset)) return undefined;
    const { ok, next } = this.model.step(from.state, operation);
    return ok ? { state: next, done: [...from.done, offset].sort((left, right) => left - right) } : undefined;
  }

  private identity({ state, done }: Configuration<S>): string {
    const ofState = this.model.identity?.(state) ?? JSON.stringify(state);
    return done.length === 0 ? String(ofState) : `${ofState}|${done.join(',')}`;
  }
}
