import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type LogTime,
  type TimeStamp,
  advanceLogTime,
  advanceToWallClock,
  beforeTheFirstEntry,
  slewRatio,
} from './log-time.js';

const hour = 3_600_000;
const day = 24 * hour;
const noon = Date.UTC(2030, 0, 1, 12);

/** One entry: who proposes it, how long after that leader's previous one, and what its wall clock shows. */
interface Step {
  readonly isNewLeader: boolean;
  readonly afterMs: number;
  readonly wallMs: number;
}

const anyStep: fc.Arbitrary<Step> = fc.record({
  isNewLeader: fc.boolean(),
  afterMs: fc.oneof(fc.nat(5), fc.nat(10_000), fc.nat(3 * day)),
  // Right, off by days, or nonsense.
  wallMs: fc.oneof(
    fc.constant(noon),
    fc.integer({ min: noon - 9 * day, max: noon + 9 * day }),
    fc.integer({ min: -noon, max: 100 * noon }),
  ),
});

/** Log time after each entry, beside how long leaders measured until then. */
function run(steps: readonly Step[]): { readonly time: LogTime; readonly measuredMs: number }[] {
  let time = beforeTheFirstEntry;
  let stamp: TimeStamp = { wallMs: 0, term: 1, leadingMs: 0 };
  let measuredMs = 0;
  return steps.map(({ isNewLeader, afterMs, wallMs }) => {
    stamp = {
      wallMs,
      term: stamp.term + (isNewLeader ? 1 : 0),
      leadingMs: (isNewLeader ? 0 : stamp.leadingMs) + afterMs,
    };
    time = advanceLogTime(time, stamp, stamp.term);
    measuredMs += afterMs;
    return { time, measuredMs };
  });
}

describe('log time', () => {
  it('between any two entries is what leaders measured, a 24th more or less, whatever the wall clocks show', () => {
    fc.assert(
      fc.property(fc.array(anyStep, { minLength: 2, maxLength: 30 }), fc.nat(), fc.nat(), (steps, one, other) => {
        const times = run(steps);
        const [earlier, later] = [one % steps.length, other % steps.length].sort((left, right) => left - right) as [
          number,
          number,
        ];
        const passed = (times[later]?.time.ms ?? 0) - (times[earlier]?.time.ms ?? 0);
        const measured = (times[later]?.measuredMs ?? 0) - (times[earlier]?.measuredMs ?? 0);
        const rounding = 1;

        expect(passed).toBeGreaterThanOrEqual(measured * (1 - slewRatio) - rounding);
        expect(passed).toBeLessThanOrEqual(measured * (1 + slewRatio) + rounding);
      }),
    );
  });

  it('never goes back, also with stamps in an order that no leader makes', () => {
    const anyStamp = fc.record({
      wallMs: fc.integer({ min: -noon, max: 100 * noon }),
      term: fc.nat(3),
      leadingMs: fc.nat(day),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(anyStamp, fc.nat(3)), { maxLength: 30 }), (entries) => {
        let time = beforeTheFirstEntry;
        for (const [stamp, entryTerm] of entries) {
          const next = advanceLogTime(time, stamp, entryTerm);
          expect(next.ms).toBeGreaterThanOrEqual(time.ms);
          time = next;
        }
      }),
    );
  });

  it('begins at the wall clock of whoever proposes the first command', () => {
    expect(advanceLogTime(beforeTheFirstEntry, { wallMs: noon, term: 3, leadingMs: 20 }, 3)).toEqual({
      ms: noon,
      term: 3,
      leadingMs: 20,
    });
  });

  it('makes up for a day that nobody measured, an hour a day', () => {
    const before: LogTime = { ms: noon, term: 1, leadingMs: 0 };
    const wallMs = (leadingMs: number): number => noon + day + leadingMs;
    let time = before;
    for (let leadingMs = 0; leadingMs <= 25 * day; leadingMs += hour) {
      time = advanceLogTime(time, { wallMs: wallMs(leadingMs), term: 2, leadingMs }, 2);
      if (leadingMs === day) expect(Math.round(time.ms)).toBe(noon + day + hour);
    }

    expect(Math.round(time.ms)).toBe(wallMs(25 * day));
  });

  it('goes on at 23 hours a day when a clock that was ahead is put right', () => {
    const ahead: LogTime = { ms: noon + 25 * hour, term: 1, leadingMs: 0 };

    const time = advanceLogTime(ahead, { wallMs: noon + day, term: 1, leadingMs: day }, 1);

    expect(Math.round(time.ms)).toBe(noon + 25 * hour + 23 * hour);
  });

  it('stands still at an entry that was stamped in an earlier leadership than it was appended in', () => {
    const before: LogTime = { ms: noon, term: 4, leadingMs: 50 };

    expect(advanceLogTime(before, { wallMs: noon + 30 * day, term: 4, leadingMs: 30 * day }, 5)).toBe(before);
  });

  it('follows the wall clock forward for entries from before stamps had a monotonic part', () => {
    const before: LogTime = { ms: noon, term: 0, leadingMs: 0 };

    expect(advanceToWallClock(before, noon + day).ms).toBe(noon + day);
    expect(advanceToWallClock(before, noon - day).ms).toBe(noon);
  });
});
