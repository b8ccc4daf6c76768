import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { checkLinearizable } from './check-linearizable.js';
import type { Model, Operation } from './model.js';

type RegisterInput = { readonly write: number } | 'read';

const register: Model<number, RegisterInput, number> = {
  init: 0,
  step(state, { input, output, returned }) {
    if (input !== 'read') return { ok: true, next: input.write };
    return { ok: returned === undefined || output === state, next: state };
  },
};

const queue: Model<readonly number[], number, number> = {
  init: [],
  step(state, { input, output, returned }) {
    const next = [...state, input];
    return { ok: returned === undefined || output === next.length, next };
  },
};

function op<I extends RegisterInput | number>(
  input: I,
  invoked: number,
  returned?: number,
  output?: number,
  key = 'k',
): Operation<I, number> {
  return { client: 0, key, input, invoked, returned, output };
}

describe('checkLinearizable', () => {
  it.each([
    ['nothing happened', []],
    ['a read sees the write before it', [op({ write: 1 }, 1, 2), op('read', 3, 4, 1)]],
    ['a read beside a write sees the old value', [op({ write: 1 }, 1, 4), op('read', 2, 3, 0)]],
    ['a read beside a write sees the new value', [op({ write: 1 }, 1, 4), op('read', 2, 3, 1)]],
    ['a write of unknown outcome took effect late', [op({ write: 1 }, 1), op('read', 2, 3, 0), op('read', 4, 5, 1)]],
    ['a write of unknown outcome never took effect', [op({ write: 1 }, 1), op('read', 2, 3, 0)]],
    ['two keys do not affect each other', [op({ write: 1 }, 1, 2, undefined, 'a'), op('read', 3, 4, 0, 'b')]],
  ] as const)('accepts: %s', (_title, history: readonly Operation<RegisterInput, number>[]) => {
    expect(checkLinearizable(register, history)).toEqual({ kind: 'linearizable' });
  });

  it.each([
    ['a read misses the write before it', [op({ write: 1 }, 1, 2), op('read', 3, 4, 0)]],
    ['a later read goes back', [op({ write: 1 }, 1, 6), op('read', 2, 3, 1), op('read', 4, 5, 0)]],
    ['a value that nobody wrote', [op({ write: 1 }, 1, 2), op('read', 1, 4, 2)]],
    ['an unknown write before it was invoked', [op('read', 1, 2, 1), op({ write: 1 }, 3)]],
  ] as const)('rejects: %s', (_title, history: readonly Operation<RegisterInput, number>[]) => {
    expect(checkLinearizable(register, history).kind).toBe('violation');
  });

  it('rejects two appends that were given the same place', () => {
    const history = [op(7, 1, 3, 1), op(8, 2, 4, 1)];

    expect(checkLinearizable(queue, history)).toMatchObject({ kind: 'violation', key: 'k' });
  });

  it('says undecided where it gave up, never linearizable', () => {
    const history = Array.from({ length: 12 }, (_unused, offset) => op({ write: offset }, offset, 100 + offset));

    const verdict = checkLinearizable(register, [...history, op('read', 50, 60, 99)], { configurationsMax: 100 });

    expect(verdict.kind).toBe('undecided');
  });

  it('agrees with trying every order, on small random histories', () => {
    let violations = 0;
    fc.assert(
      fc.property(histories, (history) => {
        const expected = explainable(register, history);
        if (!expected) violations += 1;

        expect(checkLinearizable(register, history).kind).toBe(expected ? 'linearizable' : 'violation');
      }),
      { numRuns: 4000, seed: 1 },
    );

    // The generator must give both answers their share, or the agreement says little.
    expect(violations).toBeGreaterThan(500);
  });
});

const histories = fc
  .array(
    fc.record({
      input: fc.oneof(fc.constant('read' as const), fc.record({ write: fc.integer({ min: 1, max: 2 }) })),
      invoked: fc.integer({ min: 0, max: 12 }),
      duration: fc.integer({ min: 1, max: 5 }),
      known: fc.integer({ min: 0, max: 4 }),
      output: fc.integer({ min: 0, max: 2 }),
    }),
    { maxLength: 6 },
  )
  .map((drawn) =>
    drawn.map(({ input, invoked, duration, known, output }): Operation<RegisterInput, number> => {
      const returned = known === 0 ? undefined : invoked + duration;
      return { client: 0, key: 'k', input, invoked, returned, output };
    }),
  );

/** Tries every order of every selection of the unknown ones. */
function explainable<S, I, O>(model: Model<S, I, O>, history: readonly Operation<I, O>[]): boolean {
  const tryFrom = (state: S, left: readonly Operation<I, O>[]): boolean => {
    if (left.every((operation) => operation.returned === undefined)) return true;
    return left.some((candidate) => {
      const mustComeLater = left.some((other) => other.returned !== undefined && other.returned < candidate.invoked);
      if (mustComeLater) return false;
      const { ok, next } = model.step(state, candidate);
      return (
        ok &&
        tryFrom(
          next,
          left.filter((other) => other !== candidate),
        )
      );
    });
  };
  return tryFrom(model.init, history);
}
