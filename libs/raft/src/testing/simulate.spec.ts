import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { simulate, SimulationError } from './simulate.js';
import type { Recipe } from './schedule/draw-faults.js';
import type { SchedulePlan } from './schedule/plan.js';
import type { FinishedRun, SimulatedStateMachine } from './workload/workload.js';

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

const operations: Options['operations'] = (prng) => {
  const name = () => accounts[prng.integer(0, 2)] ?? 'ann';
  if (prng.chance(0.3)) return { kind: 'query', query: name() };
  return { kind: 'command', command: { from: name(), to: name(), amount: prng.integer(1, 60) } };
};

function total(machine: SimulatedStateMachine): number {
  return (machine.snapshot() as [string, number][]).reduce((sum, [, balance]) => sum + balance, 0);
}

type Options = Parameters<typeof simulate<Transfer, boolean, string>>[0];

function errorOf(options: Options): SimulationError {
  try {
    simulate(options);
  } catch (error) {
    if (error instanceof SimulationError) return error;
    throw error;
  }
  throw new Error('every schedule passed');
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

  it('fails with a schedule that is smaller', () => {
    const { plan, sequence } = errorOf({ stateMachine: () => new ForgetfulBank(), operations });

    expect(plan.faults.length).toBeLessThan(10);
    expect(sequence.length).toBeGreaterThan(10);
  });
});

describe('a shrunk plan', () => {
  const broken = { stateMachine: () => new ForgetfulBank(), operations };

  it('replayed with the same machine and operations fails again in the same way', () => {
    const first = errorOf(broken);

    // Without the plan nothing would be run at all.
    const second = errorOf({ ...broken, plan: first.plan, schedules: 0 });

    expect(second.failure).toEqual(first.failure);
    expect(second.plan).toEqual(first.plan);
    expect(second.sequence).toEqual(first.sequence);
  });

  it('is printed as JSON that does the same when it is passed back', () => {
    const first = errorOf(broken);
    const [, json = ''] = /simulate\(\{ …, plan: (\{.*\}) \}\)/.exec(first.message) ?? [];

    const second = errorOf({ ...broken, plan: JSON.parse(json) as SchedulePlan });

    expect(second.message).toBe(first.message);
  });

  it('breaks the check of the caller again, which the built-in rules do not know', () => {
    const checked = {
      stateMachine: () => new Bank(),
      operations,
      check: ({ history }: FinishedRun) => {
        if (history.length > 30) throw new RangeError('too much was done');
      },
    };
    const first = errorOf(checked);

    expect(first.failure.property).toBe('RangeError');
    expect(errorOf({ ...checked, plan: first.plan }).failure).toEqual(first.failure);
  });

  it('passes once the bug is gone, and only that schedule is run', () => {
    const { plan } = errorOf(broken);

    const report = simulate({ stateMachine: () => new Bank(), operations, plan, schedules: 50 });

    expect(report.schedules).toBe(1);
    expect(report.operations).toBeGreaterThan(0);
  });

  it.each([null, 7, {}, { seed: 1, faults: [] }])('that is none is refused: %j', (plan) => {
    const run = () => simulate({ ...broken, plan: plan as unknown as SchedulePlan });

    expect(run).toThrow(/plan must be the `plan` of a SimulationError.*Nothing was run/);
  });

  it('that is too long for a message stays in the error', () => {
    const first = errorOf(broken);
    const faults = Array.from({ length: 1_000 }, () => ({
      atMs: first.plan.faultsMs,
      fault: { kind: 'heal' } as const,
    }));

    const { message } = new SimulationError({ ...first.plan, faults }, first.failure, []);

    expect(message).toMatch(/plan: error\.plan \}\); as JSON it has \d+ characters/);
  });
});

describe('what fails only sometimes', () => {
  it('is told as not determined instead of being shrunk by chance', () => {
    let runs = 0;
    const { failure } = errorOf({
      stateMachine: () => new Bank(),
      operations,
      check: () => {
        runs += 1;
        if (runs === 3) throw new RangeError('once only');
      },
    });

    expect(failure.property).toBe('Determinism');
    expect(failure.detail).toMatch(/it failed \(once only\), and then did not: is the state machine/);
  });
});

describe('a group and faults of the caller’s choice', () => {
  /** The group and the kinds of faults that a schedule really had. */
  function planOf(options: Partial<Options>): SchedulePlan {
    const fails = { stateMachine: () => new Bank(), operations, check: () => fail('always'), ...options };
    // Not shrunk: what fails differently in each run is told as it was drawn.
    return errorOf(fails).plan;
  }

  let failures = 0;
  function fail(why: string): never {
    failures += 1;
    throw Object.assign(new Error(why), { name: `Failure${failures}` });
  }

  it.each([1, 2, 4, 7])('has %i replicas', (replicas) => {
    for (const seed of [1, 2, 3]) expect(planOf({ replicas, seed }).group.priorities).toHaveLength(replicas);
  });

  it('meets only the kinds of faults that were chosen', () => {
    const kinds = [1, 2, 3, 4].flatMap((seed) =>
      planOf({ faults: ['kill', 'slowDisk'], seed, faultsMs: 3000 }).faults.map(({ fault }) => fault.kind),
    );

    expect(new Set(kinds)).toEqual(new Set(['kill', 'slowDisk']));
  });

  it.each([1, 2, 5, 7])('keeps every promise with %i replicas', (replicas) => {
    const report = simulate({ stateMachine: () => new Bank(), operations, replicas, schedules: 8, repeatEvery: 4 });

    expect(report.schedules).toBe(8);
    expect(report.elections).toBeGreaterThanOrEqual(8);
  });

  it('without faults elects once a schedule, and none strikes', () => {
    const report = simulate({ stateMachine: () => new Bank(), operations, replicas: 3, faults: [], schedules: 5 });

    expect(report.faults).toBe(0);
    expect(report.elections).toBeGreaterThanOrEqual(5);
  });

  it('finds a bug that needs a certain kind of fault with that kind alone', () => {
    const { plan } = errorOf({
      stateMachine: () => new ForgetfulBank(),
      operations,
      replicas: 5,
      faults: ['killLeader'],
    });

    expect(plan.group.priorities).toHaveLength(5);
    expect(plan.faults.every(({ fault }) => fault.kind === 'kill')).toBe(true);
  });

  it('is refused with all that is wrong with it', () => {
    const run = () =>
      simulate({ stateMachine: () => new Bank(), operations, replicas: 0, faults: ['flood' as unknown as Recipe] });

    expect(run).toThrow(/replicas must be a whole number from 1 to 7, got 0; faults must be of .*, got flood/);
  });
});

describe('the examples in the README', () => {
  const readme = readFileSync(new URL('../../README.md', import.meta.url), 'utf8');
  const section = readme.slice(readme.indexOf('## Simulate your state machine'), readme.indexOf('## Testing with it'));
  const blocks = [...section.matchAll(/```js\n([\s\S]*?)```/g)].map(([, code = '']) =>
    code.replace(/^import .*\n/gm, ''),
  );

  /** The later ones go on where the earlier ones ended. */
  function run(count: number): readonly string[] {
    const lines: string[] = [];
    const body = new Function('simulate', 'console', blocks.slice(0, count).join('\n')) as (
      run: typeof simulate,
      console: { log: (line: string) => void },
    ) => void;
    body(simulate, { log: (line) => lines.push(line) });
    return lines;
  }

  it('are two', () => {
    expect(blocks).toHaveLength(2);
  });

  it('run as they stand there: a machine that holds', () => {
    expect(run(1)).toEqual([expect.stringMatching(/^\d+ operations, \d+ elections, \d+ faults: all sold once$/)]);
  });

  it('run as they stand there: one that forgets, and its shrunk schedule again', () => {
    const [, ...lines] = run(2);

    expect(lines).toHaveLength(2);
    expect(lines[0]).toMatch(/^State Machine Safety|^Same Result|^Error/);
    expect(lines[1]).toBe(lines[0]);
  });
});
