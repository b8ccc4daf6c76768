import { describe, expect, it } from '@jest/globals';
import { toReplicaId, toTerm } from '../ids.js';
import { parseRaftOptions, type RaftOptions } from '../options.js';
import { Prng } from '../prng.js';
import { ElectionClock } from './election-clock.js';

const voters = [
  { id: toReplicaId('high'), priority: 5 },
  { id: toReplicaId('middle'), priority: 3 },
  { id: toReplicaId('low'), priority: 1 },
  { id: toReplicaId('last'), priority: 0 },
];

function clockOf(id: string, seed = 1): ElectionClock {
  const options = parseRaftOptions({
    id: toReplicaId(id),
    voters,
    seed,
    electionTimeoutMinMs: 600,
    electionTimeoutMaxMs: 1000,
  });
  return startClock(options, new Prng(seed), 0);
}

function startClock(options: RaftOptions, prng: Prng, now: number): ElectionClock {
  const clock = new ElectionClock(options, prng);
  clock.rank(options.voters);
  clock.start(now);
  return clock;
}

describe('ElectionClock', () => {
  it.each([
    ['high', 600, 700],
    ['middle', 700, 800],
    ['low', 800, 900],
    ['last', 1900, 2000],
  ])('%s waits between %i and %i ms: each rank has its slot, priority 0 comes after everybody', (id, min, max) => {
    const timeouts = Array.from({ length: 200 }, (_unused, seed) => clockOf(id, seed).campaignAt);

    expect(Math.min(...timeouts)).toBeGreaterThanOrEqual(min);
    expect(Math.max(...timeouts)).toBeLessThanOrEqual(max);
    expect(Math.max(...timeouts) - Math.min(...timeouts)).toBeGreaterThan(80);
  });

  it('in a group of one is due at once', () => {
    const options = parseRaftOptions({
      id: toReplicaId('a'),
      voters: [{ id: toReplicaId('a'), priority: 0 }],
      seed: 1,
    });

    expect(startClock(options, new Prng(1), 7).campaignAt).toBe(7);
  });

  it('equal priorities are ranked by id, so that they do not campaign at the same moment', () => {
    const equal = voters.map(({ id }) => ({ id, priority: 1 }));
    const delays = equal.map(({ id }) => {
      const clock = startClock(parseRaftOptions({ id, voters: equal, seed: 1 }), new Prng(1), 0);
      clock.campaignByRank(0, toReplicaId('high'));
      return clock.campaignAt;
    });

    const [, middle = 0, low = 0, last = 0] = delays;
    expect(last).toBeLessThan(15);
    expect(low - last).toBeGreaterThan(40);
    expect(middle - low).toBeGreaterThan(40);
  });

  it('defers to a better rank, a little at a time and never beyond one election timeout in all', () => {
    const clock = clockOf('low');
    clock.lostLeader(0);
    clock.campaignAt = 5;

    for (let now = 0; now < 5000; now += 10) clock.deferTo(now, toReplicaId('high'));

    expect(clock.campaignAt).toBe(1000);
  });

  it('defers to nobody of a lower rank', () => {
    const clock = clockOf('high');
    clock.campaignAt = 5;

    clock.deferTo(0, toReplicaId('low'));

    expect(clock.campaignAt).toBe(5);
  });

  it('a gone peer is gone for one heartbeat, in the terms up to the one it was seen go in', () => {
    const clock = clockOf('low');
    const peer = toReplicaId('high');
    clock.peerGone(0, { peer, term: toTerm(3) });

    expect(clock.isGone(99, { peer, term: toTerm(3) })).toBe(true);
    expect(clock.isGone(99, { peer, term: toTerm(4) })).toBe(false);
    expect(clock.isGone(99, { peer: toReplicaId('middle'), term: toTerm(3) })).toBe(false);
    expect(clock.isGone(100, { peer, term: toTerm(3) })).toBe(false);
  });

  it('retries never become rarer than once an election timeout or so, however often they fail', () => {
    const clock = clockOf('low');

    for (let attempt = 0; attempt < 3000; attempt += 1) clock.retrySoon(0);

    expect(clock.campaignAt).toBeLessThanOrEqual(600 * 1.7);
  });
});
