import { afterEach, describe, expect, it } from '@jest/globals';
import type { CommittedEntry, StateMachine } from '../replicated-log/state-machine.js';
import { type ClusterMember, InMemoryCluster } from '../testing/in-memory-cluster.js';
import { ManualClock } from '../testing/manual-clock.js';

const hour = 3_600_000;

/** Counts, and remembers at what log time. */
class Counter implements StateMachine<number, number> {
  times: number[] = [];

  apply({ time }: CommittedEntry<number>): number {
    return this.times.push(time);
  }

  snapshot(): unknown {
    return this.times;
  }

  restore(snapshot: unknown): void {
    this.times = snapshot as number[];
  }
}

type Cluster = InMemoryCluster<Counter>;
type Member = ClusterMember<Counter>;
let cluster: Cluster;

afterEach(async () => {
  await cluster.stop();
  expect(cluster.fatalErrors).toEqual([]);
});

async function setUp(
  options: { readonly snapshotEveryEntries?: number } = {},
): Promise<{ readonly clock: ManualClock; readonly leader: Member }> {
  const clock = new ManualClock(1000);
  cluster = new InMemoryCluster({ stateMachine: () => new Counter(), clock, limits: options });
  await cluster.start();
  return { clock, leader: await leaderOf(clock) };
}

async function leaderOf(clock: ManualClock): Promise<Member> {
  await clock.until(() => cluster.leader !== undefined, 'a leader in office');
  return cluster.leader as Member;
}

async function write(
  clock: ManualClock,
  leader: Member,
  key: string,
): Promise<{ readonly replayed: boolean; readonly result: unknown }> {
  let settled = false;
  const proposal = leader.log.propose(1, { key });
  const done = (): void => void (settled = true);
  proposal.then(done, done);
  await clock.until(() => settled, 'an outcome');
  return proposal;
}

describe('a wall clock that is wrong', () => {
  it('by a day and an hour does not make a retry under an earlier key apply again, at this or the next leader', async () => {
    const { clock, leader } = await setUp();
    await write(clock, leader, 'k');

    clock.epochOffsetMs += 25 * hour;
    await write(clock, leader, 'other');
    const retried = await write(clock, leader, 'k');
    await cluster.crash(leader.id);
    const next = await leaderOf(clock);
    await write(clock, next, 'another');
    const retriedThere = await write(clock, next, 'k');

    expect([retried, retriedThere]).toEqual([
      expect.objectContaining({ replayed: true, result: 1 }),
      expect.objectContaining({ replayed: true, result: 1 }),
    ]);
    expect(next.stateMachine.times).toHaveLength(3);
  });

  it('and is put right again leaves log time going on, so that keys are still forgotten', async () => {
    const { clock, leader } = await setUp();
    clock.epochOffsetMs += 48 * hour;
    await write(clock, leader, 'k');

    clock.epochOffsetMs -= 48 * hour;
    await clock.advance(60_000);
    await write(clock, leader, 'later');

    const [first, second] = leader.stateMachine.times as [number, number];
    expect(second - first).toBeGreaterThanOrEqual(57_000);
    expect(second - first).toBeLessThanOrEqual(61_000);
  });

  it('neither ends a leader’s lease nor lets a leader that was paused believe in it', async () => {
    const { clock, leader } = await setUp();
    const { term } = leader.election.state();
    const believed: boolean[] = [];
    for (const jump of [-hour, 25 * hour, -24 * hour]) {
      clock.epochOffsetMs += jump;
      believed.push(leader.election.isLeader());
      await clock.advance(1000);
    }
    const after = leader.election.state().term;

    // Paused for a minute that the wall clock is put back by.
    clock.jump(60_000);
    clock.epochOffsetMs -= 60_000;
    const awake = leader.election.isLeader();

    expect([believed, after, awake]).toEqual([[true, true, true], term, false]);
  });

  it('never makes log time go back', async () => {
    const { clock, leader } = await setUp();
    await write(clock, leader, 'a');

    clock.epochOffsetMs -= hour;
    await write(clock, leader, 'b');

    const [first, second] = leader.stateMachine.times as [number, number];
    expect(second).toBeGreaterThanOrEqual(first);
  });

  it('leaves all replicas at the same log time, those that start from a snapshot among them', async () => {
    const { clock, leader } = await setUp({ snapshotEveryEntries: 3 });
    for (const key of ['a', 'b', 'c', 'd']) {
      clock.epochOffsetMs += 5 * hour;
      await clock.advance(7);
      await write(clock, leader, key);
    }
    await cluster.crash('r1');
    await cluster.startMember('r1');
    await clock.advance(13);
    await write(clock, leader, 'e');
    await clock.advance(300);

    const times = cluster.members.map(({ stateMachine, log }) => [log.appliedIndex, ...stateMachine.times]);

    expect(times[1]).toEqual(times[0]);
    expect(times[2]).toEqual(times[0]);
    expect(times[0]).toHaveLength(6);
  });

  it('is told subscribers as the log time that was applied', async () => {
    const { clock, leader } = await setUp();
    for (const key of ['a', 'b', 'a', 'c']) {
      clock.epochOffsetMs -= hour;
      await clock.advance(100);
      await write(clock, leader, key);
    }
    const told: number[] = [];

    leader.log.committed$({ from: 1 }).subscribe(({ time }) => told.push(time));

    expect(told).toEqual(leader.stateMachine.times);
    expect(told).toHaveLength(3);
  });
});
