import type { Model, Operation } from '../linearizability/model.js';
import type { OperationInput, SimulatedStateMachine, Workload } from './workload.js';

/** Appends a value to the list under a key. The answer is its place, so no two appends may get the same. */
export interface Append {
  readonly key: string;
  readonly value: number;
}

/** How many values are under a key, and the last one. */
export interface Tail {
  readonly count: number;
  readonly last: number;
}

const emptyTail: Tail = Object.freeze({ count: 0, last: 0 });

class CountedLogs implements SimulatedStateMachine<Append, number, string> {
  private tails = new Map<string, Tail>();

  apply({ key, value }: Append): number {
    const count = (this.tails.get(key)?.count ?? 0) + 1;
    this.tails.set(key, { count, last: value });
    return count;
  }

  query(key: string): Tail {
    return this.tails.get(key) ?? emptyTail;
  }

  snapshot(): unknown {
    return [...this.tails];
  }

  restore(snapshot: unknown): void {
    this.tails = new Map(snapshot as [string, Tail][]);
  }
}

type Input = OperationInput<Append, string>;

const model: Model<Tail, Input> = {
  init: emptyTail,
  step(state, { input, output, returned }: Operation<Input>) {
    if (input.kind === 'command') {
      const next = { count: state.count + 1, last: input.command.value };
      return { ok: returned === undefined || output === next.count, next };
    }
    const seen = output as Tail;
    return { ok: returned === undefined || (seen.count === state.count && seen.last === state.last), next: state };
  },
  identity: ({ count, last }) => `${count} ${last}`,
};

/** How many operations a key gets before the next takes its turn: short histories are checked fast. */
const operationsPerKey = 60;

/**
 * The built-in workload: lists that remember their length and their last value. A lost, repeated or reordered append
 * shows in the very next answer about its key.
 */
export const countedLogs: Workload<Append, number, string, Tail> = {
  stateMachine: () => new CountedLogs(),
  operation(prng, { number }) {
    const key = `k${2 * Math.floor(number / (2 * operationsPerKey)) + prng.integer(0, 1)}`;
    return prng.chance(0.35)
      ? { kind: 'query', query: key, key }
      : { kind: 'command', command: { key, value: number + 1 }, key };
  },
  model,
};
