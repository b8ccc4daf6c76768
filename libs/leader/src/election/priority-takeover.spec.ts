import { describe, expect, it } from '@jest/globals';
import type { LogIndex, Member, PeerProgress, ReplicaId } from '@quorumkit/raft';
import { PriorityTakeover } from './priority-takeover.js';

const r3 = 'r3' as ReplicaId;
const members = [
  { id: 'r1', priority: 1 },
  { id: 'r2', priority: 2 },
  { id: 'r3', priority: 3 },
];

function takeoverFrom(self: string, stableMs = 1000): PriorityTakeover {
  return new PriorityTakeover({ self, stableMs, gapMs: 500, isQuick: (tookMs) => tookMs < 250 });
}

function follower(
  peer: string,
  lastContactAt: number | undefined,
  matchIndex = 10,
  state: PeerProgress['state'] = 'replicate',
  lastWriteTookMs = 1,
): PeerProgress {
  return {
    peer: peer as ReplicaId,
    matchIndex: matchIndex as LogIndex,
    nextIndex: (matchIndex + 1) as LogIndex,
    state,
    lastContactAt,
    lastWriteTookMs,
  };
}

/** Looks every 100 ms, as a leader does at its heartbeats; the answer of the last look. */
function look(
  takeover: PriorityTakeover,
  fromMs: number,
  toMs: number,
  progress: (now: number) => readonly PeerProgress[],
): string | undefined {
  let heir: string | undefined;
  for (let now = fromMs; now <= toMs; now += 100)
    heir = takeover.heir({ now, progress: progress(now), commitIndex: 10, members: members as unknown as Member[] });
  return heir;
}

describe('PriorityTakeover', () => {
  it('makes way for a higher priority that has been steady and has everything', () => {
    const takeover = takeoverFrom('r2');

    expect(look(takeover, 0, 900, (now) => [follower('r3', now), follower('r1', now)])).toBeUndefined();
    expect(look(takeover, 1000, 1000, (now) => [follower('r3', now), follower('r1', now)])).toBe('r3');
  });

  it('prefers the highest of several', () => {
    expect(look(takeoverFrom('r1'), 0, 1000, (now) => [follower('r2', now), follower('r3', now)])).toBe('r3');
  });

  const refused: [string, (now: number) => PeerProgress][] = [
    ['has a gap in its contact', (now) => follower('r3', now < 600 ? now : now - 500)],
    ['was never in contact', () => follower('r3', undefined)],
    ['lags behind what is committed', (now) => follower('r3', now, 9)],
    ['is being sent a snapshot', (now) => follower('r3', now, 10, 'snapshot')],
    ['is slow to write', (now) => follower('r3', now, 10, 'replicate', 300 + now)],
  ];
  it.each(refused)('stays while the rival %s', (_, rival) => {
    expect(look(takeoverFrom('r2'), 0, 3000, (now) => [rival(now)])).toBeUndefined();
  });

  it('never makes way for a lower or its own priority, nor where takeovers are off', () => {
    expect(look(takeoverFrom('r3'), 0, 3000, (now) => [follower('r1', now), follower('r2', now)])).toBeUndefined();
    expect(look(takeoverFrom('r1', 0), 0, 3000, (now) => [follower('r3', now)])).toBeUndefined();
    expect(look(takeoverFrom('r2'), 0, 3000, (now) => [follower('r1', now)])).toBeUndefined();
  });

  it('forgives one slow write after which nothing more was written', () => {
    expect(look(takeoverFrom('r2'), 0, 1500, (now) => [follower('r3', now, 10, 'replicate', 900)])).toBe('r3');
  });

  it('offers leadership less and less often to a rival that does not take it', () => {
    const takeover = takeoverFrom('r2');
    takeover.refused(r3, 0);
    takeover.refused(r3, 0);

    expect(look(takeover, 0, 3900, (now) => [follower('r3', now)])).toBeUndefined();
    expect(look(takeover, 4000, 4000, (now) => [follower('r3', now)])).toBe('r3');
  });

  const refusedOften = (): PriorityTakeover => {
    const takeover = takeoverFrom('r2');
    for (let count = 0; count < 20; count++) takeover.refused(r3, 0);
    return takeover;
  };
  const steady = (now: number): PeerProgress[] => [follower('r3', now)];

  it('never makes a rival wait longer than 32 times as long, however often it refused', () => {
    const takeover = refusedOften();

    expect(look(takeover, 100, 32_000, steady)).toBeUndefined();
    expect(look(takeover, 32_100, 32_100, steady)).toBe('r3');
  });

  it('forgets that a rival refused once it has led', () => {
    const takeover = refusedOften();

    takeover.led(r3, 0);

    expect(look(takeover, 100, 1100, steady)).toBe('r3');
  });

  it('forgets refusals of long ago, of which a later leadership knows nothing', () => {
    const takeover = refusedOften();
    takeover.reset();

    expect(look(takeover, 64_000, 65_000, steady)).toBe('r3');
  });

  it('wants proof anew after a reset', () => {
    const takeover = takeoverFrom('r2');
    look(takeover, 0, 900, (now) => [follower('r3', now)]);

    takeover.reset();

    expect(look(takeover, 1000, 1900, (now) => [follower('r3', now)])).toBeUndefined();
  });
});
