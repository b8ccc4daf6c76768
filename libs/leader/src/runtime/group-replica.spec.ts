import { afterEach, describe, expect, it } from '@jest/globals';
import {
  ApplyError,
  BackpressureError,
  DeadlineExceededError,
  IndeterminateError,
  NotLeaderError,
  ProposalRejectedError,
} from '../errors/leader-errors.js';
import type { CommittedEntry, StateMachine } from '../replicated-log/state-machine.js';
import { type ClusterMember, InMemoryCluster, type InMemoryClusterOptions } from '../testing/in-memory-cluster.js';
import { ManualClock } from '../testing/manual-clock.js';

/** Remembers what it was given; refuses what it is told to. */
class Notebook implements StateMachine<{ note: string }, number> {
  notes: string[] = [];
  times: number[] = [];

  apply(entry: CommittedEntry<{ note: string }>): number {
    if (entry.command.note === 'poison') throw new RangeError('this note cannot be written');
    this.notes.push(entry.command.note);
    this.times.push(entry.time);
    return this.notes.length;
  }

  snapshot(): unknown {
    return { notes: this.notes, times: this.times };
  }

  restore(snapshot: unknown): void {
    ({ notes: this.notes, times: this.times } = snapshot as { notes: string[]; times: number[] });
  }

  digest(): string {
    return this.notes.join();
  }
}

type Cluster = InMemoryCluster<Notebook>;
type Member = ClusterMember<Notebook>;
const running: Cluster[] = [];

afterEach(async () => {
  for (const cluster of running.splice(0)) {
    await cluster.stop();
    expect(cluster.fatalErrors).toEqual([]);
  }
});

async function setUp(
  options: Partial<InMemoryClusterOptions<Notebook>> = {},
): Promise<{ clock: ManualClock; cluster: Cluster; leader: Member }> {
  const clock = (options.clock as ManualClock | undefined) ?? new ManualClock(1000);
  const cluster = new InMemoryCluster<Notebook>({ stateMachine: () => new Notebook(), ...options, clock });
  running.push(cluster);
  await cluster.start();
  return { clock, cluster, leader: await leaderOf(clock, cluster) };
}

async function leaderOf(clock: ManualClock, cluster: Cluster): Promise<Member> {
  await clock.until(() => cluster.leader !== undefined, 'a leader in office');
  return cluster.leader as Member;
}

/** Advances the clock until the promise has settled. */
async function outcome<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  let settled = false;
  const done = (): void => void (settled = true);
  promise.then(done, done);
  await clock.until(() => settled, 'the promise to settle');
  return promise;
}

const write = (clock: ManualClock, { log }: Member, note: string, key?: string): Promise<unknown> =>
  outcome(clock, log.propose({ note }, key === undefined ? {} : { key }));

const allNotes = (cluster: Cluster): string[] => cluster.members.map((member) => member.stateMachine.digest());

describe('a group of three', () => {
  it('elects the highest priority at first and follows it', async () => {
    const { clock, cluster, leader } = await setUp();

    await clock.advance(300);

    expect(leader.id).toBe('r3');
    expect(cluster.members.map((member) => member.election.state().leader)).toEqual(['r3', 'r3', 'r3']);
    expect(cluster.members.map((member) => member.election.isLeader())).toEqual([false, false, true]);
  });

  it('applies proposals on every replica in one order', async () => {
    const { clock, cluster, leader } = await setUp();

    const results = await outcome(clock, Promise.all(['a', 'b', 'c'].map((note) => leader.log.propose({ note }))));
    await clock.advance(300);

    expect(results.map(({ result, replayed }) => [result, replayed])).toEqual([
      [1, false],
      [2, false],
      [3, false],
    ]);
    expect(allNotes(cluster)).toEqual(['a,b,c', 'a,b,c', 'a,b,c']);
  });

  it('refuses proposals on a follower, names the leader and writes nothing', async () => {
    const { clock, cluster } = await setUp();
    await clock.advance(300);

    const refused = cluster.member('r1').log.propose({ note: 'x' });

    await expect(refused).rejects.toThrow(NotLeaderError);
    await expect(refused).rejects.toMatchObject({
      code: 'NOT_LEADER',
      definite: true,
      leader: { id: 'r3', url: 'http://r3.invalid' },
    });
  });

  it('continues after the leader crashed, and the crashed one catches up when it is back', async () => {
    const { clock, cluster, leader } = await setUp();
    await write(clock, leader, 'a');

    await cluster.crash('r3');
    const next = await leaderOf(clock, cluster);
    await write(clock, next, 'b');
    await cluster.startMember('r3');
    await clock.advance(1000);

    expect(next.id).toBe('r2');
    expect(allNotes(cluster)).toEqual(['a,b', 'a,b', 'a,b']);
  });

  it('hands leadership back to a higher priority that has been steady for a while', async () => {
    const { clock, cluster } = await setUp({ tuning: { priorityTakeoverStableMs: 2000 } });
    await cluster.crash('r3');
    await leaderOf(clock, cluster);

    await cluster.startMember('r3');
    await clock.advance(5000);

    expect(cluster.leader?.id).toBe('r3');
  });

  it('recovers everything that was acknowledged when all replicas crash at once', async () => {
    const { clock, cluster, leader } = await setUp();
    await outcome(clock, Promise.all(['a', 'b', 'c'].map((note) => leader.log.propose({ note }))));

    for (const id of cluster.ids) await cluster.crash(id);
    await cluster.start();
    await leaderOf(clock, cluster);
    await clock.advance(300);

    expect(allNotes(cluster)).toEqual(['a,b,c', 'a,b,c', 'a,b,c']);
  });

  it('tells the caller of a leader that is cut off that the outcome is open, and steps down', async () => {
    const { clock, cluster, leader } = await setUp();
    cluster.network.isolate('r3', cluster.ids);

    const lost = write(clock, leader, 'lost');

    await expect(lost).rejects.toThrow(IndeterminateError);
    await expect(lost).rejects.toMatchObject({ definite: false, why: 'leadershipLost' });
    expect(leader.election.isLeader()).toBe(false);
  });

  it('tells the caller for certain that a command was cut off by a later leader, where that is known in time', async () => {
    const { clock, cluster, leader } = await setUp();
    await clock.advance(200);
    cluster.network.isolate('r3', cluster.ids);
    let rejection: unknown;
    leader.log
      .propose({ note: 'lost' }, { deadline: clock.now() + 60_000 })
      .catch((error: unknown) => (rejection = error));
    await clock.settle();
    const [elected] = [cluster.member('r2')];
    await clock.until(() => elected.election.state().inOffice, 'r2 in office');
    await write(clock, elected, 'kept');

    cluster.network.heal();
    await clock.until(() => rejection !== undefined, 'an answer');

    expect([IndeterminateError, ProposalRejectedError]).toContain((rejection as Error).constructor);
    await clock.advance(1000);
    expect(allNotes(cluster)).toEqual(['kept', 'kept', 'kept']);
  });

  it('answers isLeader with false on the first call after a pause longer than the lease', async () => {
    const { clock, leader } = await setUp();
    expect(leader.election.isLeader()).toBe(true);

    clock.jump(5000);

    expect(leader.election.state().role).toBe('leader');
    expect(leader.election.isLeader()).toBe(false);
  });

  it('verifies leadership with a quorum, and refuses on a replica that does not lead', async () => {
    const { clock, cluster, leader } = await setUp();

    const fence = await outcome(clock, leader.election.verifyLeader());

    expect(fence).toEqual({ group: 'test', term: leader.election.state().term });
    await expect(cluster.member('r1').election.verifyLeader()).rejects.toThrow(NotLeaderError);
  });

  it('does not verify leadership of a leader that is cut off', async () => {
    const { clock, cluster, leader } = await setUp();
    cluster.network.isolate('r3', cluster.ids);

    const verified = outcome(clock, leader.election.verifyLeader());

    await expect(verified).rejects.toThrow(NotLeaderError);
  });

  it('hands leadership over on request, with every proposal in flight answered', async () => {
    const { clock, cluster, leader } = await setUp();
    const proposals = Promise.all(['a', 'b', 'c'].map((note) => leader.log.propose({ note })));

    const transfer = leader.election.transferLeadership('r1');
    const results = await outcome(clock, proposals);
    await outcome(clock, transfer);
    await leaderOf(clock, cluster);

    expect(results.map(({ result }) => result)).toEqual([1, 2, 3]);
    expect(cluster.leader?.id).toBe('r1');
  });
});

describe('resigning', () => {
  it('answers what was proposed before, through the successor', async () => {
    const { clock, cluster, leader } = await setUp();
    await clock.advance(300);
    const proposals = Promise.all(['a', 'b'].map((note) => leader.log.propose({ note })));
    await clock.settle();

    await leader.election.resign();
    const results = await outcome(clock, proposals);

    expect(results.map(({ result }) => result)).toEqual([1, 2]);
    expect((await leaderOf(clock, cluster)).id).not.toBe(leader.id);
  });
});

describe('office', () => {
  it('runs @OnElected only after everything committed was applied, and @OnDeposed before leadership is handed over', async () => {
    const events: string[] = [];
    const machines = new Map<string, Notebook>();
    const { clock, cluster, leader } = await setUp({
      hooks: (id) => ({
        elected: async () => void events.push(`${id} elected with ${machines.get(id)?.digest()}`),
        // It takes a while to put everything down.
        deposed: async () => {
          await new Promise<void>((resolve) => clock.setTimer(clock.now() + 50, resolve));
          events.push(`${id} deposed as ${roleOf(id)}`);
        },
      }),
    });
    const roleOf = (id: string): string => cluster.member(id).election.state().role;
    for (const { id, stateMachine } of cluster.members) machines.set(id, stateMachine);
    await write(clock, leader, 'a');

    await outcome(clock, leader.election.transferLeadership('r2'));
    await leaderOf(clock, cluster);

    expect(events.slice(-2)).toEqual(['r3 deposed as leader', 'r2 elected with a']);
  });

  it('leaves office before it makes way for a higher priority', async () => {
    const events: string[] = [];
    const { clock, cluster } = await setUp({
      tuning: { priorityTakeoverStableMs: 1000 },
      hooks: (id) => ({
        elected: async ({ term }) => void events.push(`${id} elected in ${term}`),
        deposed: async () => void events.push(`${id} deposed as ${cluster.member(id).election.state().role}`),
      }),
    });
    await cluster.crash('r3');
    await leaderOf(clock, cluster);
    events.length = 0;

    await cluster.startMember('r3');
    await clock.until(() => cluster.leader?.id === 'r3', 'r3 in office');

    expect(events).toEqual(['r2 deposed as leader', expect.stringContaining('r3 elected')]);
  });

  it('resigns when @OnElected throws, so that another replica leads', async () => {
    const { leader } = await setUp({
      hooks: (id) => ({ elected: () => (id === 'r3' ? Promise.reject(new Error('no database')) : Promise.resolve()) }),
    });

    expect(leader.id).not.toBe('r3');
  });
});

describe('keys', () => {
  it('returns the first result for a repeated key, also from the next leader', async () => {
    const { clock, cluster, leader } = await setUp();
    const first = await write(clock, leader, 'a', 'key-1');

    const repeated = await write(clock, leader, 'a', 'key-1');
    await cluster.crash('r3');
    const next = await leaderOf(clock, cluster);
    const afterwards = await write(clock, next, 'a', 'key-1');

    expect(first).toMatchObject({ result: 1, replayed: false });
    expect(repeated).toEqual({ ...(first as object), replayed: true });
    expect(afterwards).toEqual({ ...(first as object), replayed: true });
    expect(next.stateMachine.digest()).toBe('a');
  });

  it('joins a proposal in flight under the same key', async () => {
    const { clock, leader } = await setUp();
    const before = leader.election.state().lastLogIndex;

    const both = await outcome(
      clock,
      Promise.all([leader.log.propose({ note: 'a' }, { key: 'k' }), leader.log.propose({ note: 'a' }, { key: 'k' })]),
    );

    expect(both.map(({ result, replayed }) => [result, replayed])).toEqual([
      [1, false],
      [1, true],
    ]);
    expect(leader.election.state().lastLogIndex - before).toBe(1);
  });

  it('forgets a key after its time in the log, on every replica alike', async () => {
    const { clock, cluster, leader } = await setUp({ limits: { resultTtlMs: 60_000 } });
    await write(clock, leader, 'a', 'k');

    await clock.advance(61_000);
    const again = await write(clock, leader, 'a', 'k2');
    const afresh = await write(clock, leader, 'a', 'k');
    await clock.advance(300);

    expect(again).toMatchObject({ replayed: false });
    expect(afresh).toMatchObject({ result: 3, replayed: false });
    expect(allNotes(cluster)).toEqual(['a,a,a', 'a,a,a', 'a,a,a']);
  });
});

describe('refusals', () => {
  it('records a command on which apply throws, for its caller and for retries, and goes on', async () => {
    const { clock, cluster, leader } = await setUp();

    await expect(write(clock, leader, 'poison', 'p')).rejects.toMatchObject({
      code: 'APPLY_FAILED',
      errorName: 'RangeError',
      replayed: false,
      definite: true,
    });
    await expect(write(clock, leader, 'poison', 'p')).rejects.toMatchObject({ code: 'APPLY_FAILED', replayed: true });
    await expect(write(clock, leader, 'poison')).rejects.toThrow(ApplyError);
    await write(clock, leader, 'a');
    await clock.advance(300);

    expect(allNotes(cluster)).toEqual(['a', 'a', 'a']);
  });

  it('names the limit that is reached', async () => {
    const { leader } = await setUp({ limits: { proposalsMax: 2 } });
    const waiting = [leader.log.propose({ note: 'a' }), leader.log.propose({ note: 'b' })];
    waiting.forEach((proposal) => proposal.catch(() => undefined));

    const refused = leader.log.propose({ note: 'c' });

    await expect(refused).rejects.toThrow(BackpressureError);
    await expect(refused).rejects.toMatchObject({ limit: 'proposalsMax', definite: true });
  });

  const unusable: [string, unknown, object, string][] = [
    ['undefined', undefined, {}, 'notEncodable'],
    ['a BigInt', 1n, {}, 'notEncodable'],
    ['a key with a space', { note: 'a' }, { key: 'a b' }, 'notEncodable'],
    ['a command above the limit', { note: 'x'.repeat(300) }, {}, 'tooLarge'],
    ['a deadline in the past', { note: 'a' }, { deadline: 1 }, 'deadlinePassed'],
  ];
  it.each(unusable)('refuses %s', async (_, command, options, reason) => {
    const { leader } = await setUp({ limits: { commandBytesMax: 200 } });

    await expect(leader.log.propose(command, options)).rejects.toMatchObject({ code: 'PROPOSAL_REJECTED', reason });
  });
});

describe('reads', () => {
  it('sees what was acknowledged before, through the leader', async () => {
    const { clock, cluster, leader } = await setUp();
    await write(clock, leader, 'a');

    const notes = await outcome(
      clock,
      leader.log.read(() => leader.stateMachine.digest(), { consistency: 'linearizable' }),
    );

    expect(notes).toBe('a');
    await expect(cluster.member('r1').log.read(() => 1, { consistency: 'linearizable' })).rejects.toThrow(
      NotLeaderError,
    );
  });

  it('waits on a follower until an index is applied, or the deadline passes', async () => {
    const { clock, cluster, leader } = await setUp();
    const follower = cluster.member('r1');
    const { index } = await outcome(clock, leader.log.propose({ note: 'a' }));

    const notes = await outcome(
      clock,
      follower.log.read(() => follower.stateMachine.digest(), { consistency: { minIndex: index } }),
    );
    const never = outcome(clock, follower.log.waitFor(index + 100, { deadline: clock.now() + 50 }));

    expect(notes).toBe('a');
    await expect(never).rejects.toThrow(DeadlineExceededError);
  });

  it('feeds subscribers from the index they ask for, without gaps and without repeats of keyed commands', async () => {
    const { clock, leader } = await setUp();
    await write(clock, leader, 'a');
    const seen: string[] = [];

    leader.log.committed$({ from: 1 }).subscribe((entry) => seen.push((entry.command as { note: string }).note));
    await write(clock, leader, 'b', 'k');
    await write(clock, leader, 'b', 'k');
    await write(clock, leader, 'c');

    expect(seen).toEqual(['a', 'b', 'c']);
  });
});

describe('snapshots', () => {
  it('restores state, results and log time from a snapshot after a restart', async () => {
    const { clock, cluster, leader } = await setUp({ limits: { snapshotEveryEntries: 5 } });
    for (let count = 0; count < 12; count++) await write(clock, leader, `n${count}`, `key-${count}`);
    await clock.advance(300);
    const before = leader.stateMachine.digest();

    for (const id of cluster.ids) await cluster.crash(id);
    await cluster.start();
    const next = await leaderOf(clock, cluster);
    await clock.advance(300);
    const repeated = await write(clock, next, 'other', 'key-0');

    expect(allNotes(cluster)).toEqual([before, before, before]);
    expect(repeated).toMatchObject({ result: 1, replayed: true });
  });

  it('installs a snapshot on a replica that was away while the log was compacted', async () => {
    const { clock, cluster, leader } = await setUp({
      limits: { snapshotEveryEntries: 5 },
      tuning: { trailingEntries: 0 },
    });
    await cluster.crash('r1');
    for (let count = 0; count < 20; count++) await write(clock, leader, `n${count}`);

    await cluster.startMember('r1');
    await clock.advance(3000);

    expect(cluster.member('r1').stateMachine.digest()).toBe(leader.stateMachine.digest());
  });

  it('are taken after so many bytes of log as well, each replica at a place of its own', async () => {
    const takenAt = new Map<string, number[]>([
      ['r1', []],
      ['r2', []],
      ['r3', []],
    ]);
    const { clock, cluster, leader } = await setUp({
      limits: { snapshotEveryEntries: 0, snapshotEveryBytes: 20_000 },
      tuning: { trailingEntries: 0 },
      observer: (id) => ({
        trace: (event) => void (event.kind === 'logCompacted' && takenAt.get(id)?.push(event.index)),
      }),
    });

    for (let count = 0; count < 60; count++) {
      await write(clock, leader, 'x'.repeat(1000));
    }

    const [r1, r2, r3] = [...takenAt.values()];
    for (const { replica } of cluster.members) expect(replica?.running.status().firstLogIndex).toBeGreaterThan(20);
    expect(r1?.[0]).toBeLessThanOrEqual(22);
    expect(r1).not.toEqual(r2);
    expect(r2).not.toEqual(r3);
  });
});

describe('a group of one', () => {
  it('ends a wait at its deadline, although nothing else happens', async () => {
    const { clock, leader } = await setUp({ size: 1 });

    const wait = outcome(clock, leader.log.waitFor(1000, { deadline: clock.now() + 50 }));

    await expect(wait).rejects.toThrow(DeadlineExceededError);
  });

  it('leads, commits and recovers alone', async () => {
    const { clock, cluster, leader } = await setUp({ size: 1 });
    await write(clock, leader, 'a', 'k');

    await cluster.crash('r1');
    await cluster.startMember('r1');
    const again = await leaderOf(clock, cluster);
    const repeated = await write(clock, again, 'a', 'k');

    expect(again.stateMachine.digest()).toBe('a');
    expect(repeated).toMatchObject({ replayed: true });
    expect(again.election.isLeader()).toBe(true);
    expect(await outcome(clock, again.election.verifyLeader())).toEqual({
      group: 'test',
      term: again.election.state().term,
    });
  });
});
