import { describe, expect, it } from '@jest/globals';
import type { Entry, LogIndex, Term } from '@quorumkit/raft';
import { ManualClock } from '../testing/manual-clock.js';
import { AppliedState } from './applied-state.js';
import { Applier } from './applier.js';
import { encodeCommand } from './command-envelope.js';

function setUp(costMs = 0) {
  const clock = new ManualClock();
  const applied: number[] = [];
  const failures: unknown[] = [];
  const machine = {
    apply: ({ command }: { readonly command: unknown }) => {
      applied.push(command as number);
      clock.jump(costMs);
    },
    snapshot: () => 0,
    restore: () => undefined,
  };
  const state = new AppliedState(machine, { resultsMax: 10, resultTtlMs: 1000 });
  let progress = 0;
  const applier = new Applier(state, clock, 8, {
    applied: () => undefined,
    progressed: () => progress++,
    failed: (error) => failures.push(error),
  });
  return { clock, applied, applier, failures, slices: () => progress };
}

function entries(from: number, to: number): Entry[] {
  return Array.from({ length: to - from + 1 }, (_, offset) => ({
    index: (from + offset) as LogIndex,
    term: 1 as Term,
    kind: 'command',
    data: encodeCommand({
      stamp: { wallMs: 1, term: 1, leadingMs: 0 },
      key: undefined,
      commandJson: String(from + offset),
    }),
  }));
}

describe('Applier', () => {
  it('applies cheap entries at once', () => {
    const { applier, applied } = setUp();

    applier.enqueue(entries(1, 100));

    expect([applied.length, applier.backlog, applier.appliedIndex]).toEqual([100, 0, 100]);
  });

  it('leaves turns to others between slices of expensive ones, and keeps the order of what comes meanwhile', async () => {
    const { clock, applier, applied, slices } = setUp(1);

    applier.enqueue(entries(1, 100));
    expect(applier.backlog).toBeGreaterThan(0);
    applier.enqueue(entries(101, 110));
    await clock.settle();

    expect(applied).toEqual(Array.from({ length: 110 }, (_, offset) => offset + 1));
    expect(slices()).toBeGreaterThan(2);
  });

  it('does not apply what a snapshot stands for that came meanwhile, and goes on behind it', async () => {
    const { clock, applier, applied, failures } = setUp(1);
    applier.enqueue(entries(1, 100));
    const before = applied.length;

    const contents = { version: 2, time: 1, leadership: { term: 1, ms: 0 }, results: [], state: 0 };
    applier.restore({ index: 90 as LogIndex, term: 1 as Term, data: Buffer.from(JSON.stringify(contents)) });
    await clock.settle();

    expect(before).toBeLessThan(90);
    expect(applied.slice(before)).toEqual([91, 92, 93, 94, 95, 96, 97, 98, 99, 100]);
    expect([failures, applier.backlog, applier.backlogBytes]).toEqual([[], 0, 0]);
  });

  it('reports an entry that cannot be read, and applies nothing after it', () => {
    const { applier, applied, failures } = setUp();
    const [first, second] = entries(1, 2) as [Entry, Entry];

    applier.enqueue([{ ...first, data: Buffer.of(99) }, second]);

    expect([applied, failures]).toEqual([
      [],
      [expect.objectContaining({ message: expect.stringContaining('format 99') })],
    ]);
  });
});
