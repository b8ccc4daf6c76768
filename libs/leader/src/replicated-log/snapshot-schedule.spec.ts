import { describe, expect, it } from '@jest/globals';
import type { Entry, LogIndex, Term } from '@quorumkit/raft';
import { type SnapshotLimits, SnapshotSchedule } from './snapshot-schedule.js';

const kibibyte = 1024;
const off = 0;

/** Applies entries of one size; where snapshots of another size were taken. */
function positions(
  replica: string,
  limits: SnapshotLimits,
  run: { readonly entries: number; readonly entryBytes: number; readonly stateBytes: number },
): number[] {
  const schedule = new SnapshotSchedule(limits, replica);
  const data = new Uint8Array(run.entryBytes);
  const taken: number[] = [];
  for (let index = 1; index <= run.entries; index++) {
    schedule.applied({ index: index as LogIndex, term: 1 as Term, kind: 'command', data } satisfies Entry);
    if (!schedule.isDue) continue;
    taken.push(index);
    schedule.taken(index, run.stateBytes);
  }
  return taken;
}

function gaps(taken: readonly number[]): number[] {
  return taken.map((index, offset) => index - (taken[offset - 1] ?? 0));
}

describe('SnapshotSchedule', () => {
  it('bounds the log in bytes, however few entries those are', () => {
    const limits = { snapshotEveryEntries: 50_000, snapshotEveryBytes: 64 * kibibyte };

    const taken = positions('a', limits, { entries: 1000, entryBytes: kibibyte, stateBytes: 10 });

    expect(taken.length).toBeGreaterThan(10);
    expect(Math.max(...gaps(taken))).toBeLessThanOrEqual(64);
    expect(Math.min(...gaps(taken))).toBeGreaterThanOrEqual(32);
  });

  it('bounds it in entries, however small they are', () => {
    const limits = { snapshotEveryEntries: 100, snapshotEveryBytes: 64 * kibibyte };

    const taken = positions('a', limits, { entries: 1000, entryBytes: 1, stateBytes: 1 });

    expect(taken.length).toBeGreaterThan(8);
    expect(Math.max(...gaps(taken))).toBeLessThanOrEqual(100);
    expect(Math.min(...gaps(taken))).toBeGreaterThanOrEqual(50);
  });

  it.each([
    ['entries', { snapshotEveryEntries: 10, snapshotEveryBytes: off }],
    ['bytes', { snapshotEveryEntries: off, snapshotEveryBytes: kibibyte }],
  ])('due by %s, never writes more state than log, times two', (_, limits) => {
    const stateBytes = 200 * kibibyte;

    const taken = positions('a', limits, { entries: 5000, entryBytes: kibibyte, stateBytes });

    expect(taken.length * stateBytes).toBeLessThanOrEqual(2 * 5000 * kibibyte + stateBytes);
    expect(taken.length).toBeGreaterThan(20);
  });

  it('takes none where both limits are off', () => {
    expect(
      positions(
        'a',
        { snapshotEveryEntries: off, snapshotEveryBytes: off },
        { entries: 1000, entryBytes: kibibyte, stateBytes: 1 },
      ),
    ).toEqual([]);
  });

  it('lets replicas that apply the same entries stand still at different ones', () => {
    const limits = { snapshotEveryEntries: 1000, snapshotEveryBytes: off };
    const run = { entries: 100_000, entryBytes: 100, stateBytes: 1 };
    const [a, b, c] = ['order-1', 'order-2', 'order-3'].map((replica) => positions(replica, limits, run)) as [
      number[],
      number[],
      number[],
    ];
    // A fiftieth of the limit stands for how much is applied while one of them writes.
    const isNear = (taken: readonly number[], index: number): boolean =>
      taken.some((other) => Math.abs(other - index) < 20);

    const allAtOnce = a.filter((index) => isNear(b, index) && isNear(c, index));
    const twoAtOnce = a.filter((index) => isNear(b, index));

    expect(a.length).toBeGreaterThan(100);
    expect(allAtOnce).toEqual([]);
    expect(twoAtOnce.length).toBeLessThan(a.length / 10);
  });

  it('goes on as if it had not been interrupted when its replica restarts from a snapshot', () => {
    const limits = { snapshotEveryEntries: 100, snapshotEveryBytes: off };
    const run = { entries: 1000, entryBytes: 1, stateBytes: 1 };
    const [first, second] = positions('a', limits, run) as [number, number];
    const restarted = new SnapshotSchedule(limits, 'a');

    restarted.restored({ index: first as LogIndex, term: 1 as Term, data: new Uint8Array(1) });
    let index: number = first;
    while (!restarted.isDue)
      restarted.applied({ index: ++index as LogIndex, term: 1 as Term, kind: 'command', data: new Uint8Array(1) });

    expect(index).toBe(second);
  });
});
