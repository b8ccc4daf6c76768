import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { simulate, SimulationError } from './simulate.js';
import type { SimulatedStateMachine } from './workload/workload.js';

interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
}

const accounts = ['ann', 'bob', 'eve'] as const;

/** Money moves between accounts; none is made. */
class Bank implements SimulatedStateMachine<Transfer, boolean, string> {
  protected balances = new Map<string, number>(accounts.map((name) => [name, 100]));

  apply({ from, to, amount }: Transfer): boolean {
    const available = this.balances.get(from) ?? 0;
    if (available < amount) return false;
    this.balances.set(from, available - amount);
    this.balances.set(to, (this.balances.get(to) ?? 0) + amount);
    return true;
  }

  query(name: string): number {
    return this.balances.get(name) ?? 0;
  }

  snapshot(): unknown {
    return [...this.balances];
  }

  restore(snapshot: unknown): void {
    this.balances = new Map(snapshot as [string, number][]);
  }
}

/** Its snapshots forget an account. */
class ForgetfulBank extends Bank {
  override snapshot(): unknown {
    return [...this.balances].slice(1);
  }
}

/** Its answers depend on something that is not in the log. */
let dice = 0;
class DicingBank extends Bank {
  override apply(transfer: Transfer): boolean {
    dice += 1;
    return super.apply(transfer) !== (dice % 7 === 0);
  }
}

const operations: Parameters<typeof simulate<Transfer, boolean, string>>[0]['operations'] = (prng) => {
  const name = () => accounts[prng.integer(0, 2)] ?? 'ann';
  if (prng.chance(0.3)) return { kind: 'query', query: name() };
  return { kind: 'command', command: { from: name(), to: name(), amount: prng.integer(1, 60) } };
};

function total(machine: SimulatedStateMachine): number {
  return (machine.snapshot() as [string, number][]).reduce((sum, [, balance]) => sum + balance, 0);
}

describe('simulate', () => {
  it("runs a user's state machine under faults", () => {
    const report = simulate({
      stateMachine: () => new Bank(),
      operations,
      check: ({ stateMachines }) => {
        for (const machine of stateMachines) expect(total(machine)).toBe(300);
      },
      schedules: 25,
    });

    expect(report.schedules).toBe(25);
    expect(report.operations).toBeGreaterThan(500);
    expect(report.elections).toBeGreaterThan(25);
    expect(report.faults).toBeGreaterThan(250);
  });

  it('finds what a snapshot forgets', () => {
    const broken = () => simulate({ stateMachine: () => new ForgetfulBank(), operations });

    expect(broken).toThrow(/Same Result|State Machine Safety/);
  });

  it('finds what is not determined by the log', () => {
    const broken = () => simulate({ stateMachine: () => new DicingBank(), operations });

    expect(broken).toThrow(/Same Result/);
  });

  it('finds answers that the model does not allow', () => {
    const broken = () =>
      simulate({
        stateMachine: () => new Bank(),
        operations: (prng) =>
          prng.chance(0.5)
            ? { kind: 'query', query: 'ann' }
            : { kind: 'command', command: { from: 'ann', to: 'bob', amount: 1 } },
        // A model that believes transfers cost nothing.
        model: {
          init: 100,
          step: (state, { input, output }) => ({ ok: input.kind === 'command' || output === state, next: state }),
        },
      });

    expect(broken).toThrow(/Linearizability/);
  });

  it('fails with a schedule that is smaller, and fails again', () => {
    let error: unknown;
    try {
      simulate({ stateMachine: () => new ForgetfulBank(), operations });
    } catch (thrown) {
      error = thrown;
    }

    expect(error).toBeInstanceOf(SimulationError);
    const { plan, message, sequence } = error as SimulationError;
    expect(plan.faults.length).toBeLessThan(10);
    expect(sequence.length).toBeGreaterThan(10);
    expect(message).toContain(`seed: ${plan.seed}, schedules: 1`);
  });
});

describe('the example in the README', () => {
  it('runs as it stands there', async () => {
    const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
    const [, code] = /```js\n(import \{ simulate \}[\s\S]*?)```/.exec(readme) ?? [];
    const lines: string[] = [];

    const body = (code ?? '').replace(/^import .*\n/, '');
    const run = new Function('simulate', 'console', body) as (
      run: typeof simulate,
      console: { log: (line: string) => void },
    ) => void;
    run(simulate, { log: (line) => lines.push(line) });

    expect(lines).toEqual([expect.stringMatching(/^\d+ operations, \d+ elections, \d+ faults: all sold once$/)]);
  });
});
