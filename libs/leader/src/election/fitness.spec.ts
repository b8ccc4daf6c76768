import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '../testing/manual-clock.js';
import { runsUnderWayMax } from './asked-check.js';
import { Fitness } from './fitness.js';

const timeoutMs = 1000;

/** A method whose runs end when the test says so. */
class HeldCheck {
  readonly ends: ((isFit: boolean) => void)[] = [];
  readonly name = 'Database.isReachable';
  readonly run = (): Promise<boolean> => new Promise((resolve) => this.ends.push(resolve));
}

function setUp<C extends { readonly name: string; readonly run: () => boolean | Promise<boolean> }>(...checks: C[]) {
  const clock = new ManualClock();
  return { clock, fitness: new Fitness(checks, { clock, timeoutMs }) };
}

const throwing = (thrown: unknown) => ({
  name: 'Database.isReachable',
  run: (): boolean => {
    throw thrown;
  },
});

describe('Fitness', () => {
  it.each<[string, unknown, string]>([
    ['an error', new Error('no route to it'), 'no route to it'],
    ['a string', 'no route to it', 'no route to it'],
    ['nothing', undefined, 'undefined'],
    [
      'what cannot be made a string',
      Object.assign(Object.create(null), { code: 7 }),
      '[Object: null prototype] { code: 7 }',
    ],
    ['more than anybody reads', new Error('x'.repeat(100_000)), `${'x'.repeat(500)}…`],
  ])('takes it for a no that a method throws %s', async (_, thrown, why) => {
    const { fitness } = setUp(throwing(thrown));

    expect(await fitness.objection()).toBe(`Database.isReachable failed: ${why}`);
  });

  it('has the first objection where several methods have one, and none where all say yes', async () => {
    const yes = { name: 'a', run: () => true };

    expect(await setUp(yes, yes).fitness.objection()).toBeUndefined();
    expect(await setUp(yes, { name: 'b', run: () => false }, throwing(new Error('late'))).fitness.objection()).toBe(
      'b says no',
    );
  });

  it('runs a method once for all who ask while it runs', async () => {
    const check = new HeldCheck();
    const { clock, fitness } = setUp(check);

    const asked = Array.from({ length: 1000 }, () => fitness.objection());
    await clock.settle();
    expect(check.ends).toHaveLength(1);
    check.ends[0]?.(false);

    expect(new Set(await Promise.all(asked))).toEqual(new Set(['Database.isReachable says no']));
    const next = fitness.objection();
    await clock.settle();
    check.ends[1]?.(true);
    expect(await next).toBeUndefined();
  });

  it('runs it anew for who wants to know what holds from now on', async () => {
    const check = new HeldCheck();
    const { clock, fitness } = setUp(check);
    const before = fitness.objection();
    await clock.settle();

    const fresh = fitness.objection({ fresh: true });
    await clock.settle();
    check.ends[1]?.(true);
    expect(await fresh).toBeUndefined();
    check.ends[0]?.(false);

    expect(await before).toBe('Database.isReachable says no');
  });

  it('does not run a method without bound that never ends, and runs it again when one of its runs has ended', async () => {
    const check = new HeldCheck();
    const { clock, fitness } = setUp(check);
    for (let count = 1; count <= 50; count++) {
      const asked = [fitness.objection(), fitness.objection({ fresh: count % 2 === 0 })];
      await clock.advance(timeoutMs);
      for (const objection of await Promise.all(asked)) expect(objection).toMatch(/did not answer|is not run any more/);
    }
    expect(check.ends).toHaveLength(runsUnderWayMax);
    expect(await fitness.objection()).toBe(
      'Database.isReachable is not run any more before one of its 8 earlier runs ends: give what it calls a timeout',
    );

    check.ends[0]?.(true);
    await clock.settle();
    const asked = fitness.objection();
    await clock.settle();
    check.ends.at(-1)?.(true);

    expect([check.ends.length, await asked]).toEqual([runsUnderWayMax + 1, undefined]);
  });

  it('does not take the late answer of a run that was given up for that of the next one', async () => {
    const check = new HeldCheck();
    const { clock, fitness } = setUp(check);
    const first = fitness.objection();
    await clock.advance(timeoutMs);
    expect(await first).toBe('Database.isReachable did not answer within 1000 ms');
    const second = fitness.objection();
    await clock.settle();

    check.ends[0]?.(true);
    await clock.settle();
    check.ends[1]?.(false);

    expect(await second).toBe('Database.isReachable says no');
  });
});
