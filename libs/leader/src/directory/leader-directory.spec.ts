import { afterEach, describe, expect, it } from '@jest/globals';
import { BackpressureError, IndeterminateError, NoLeaderError, NotLeaderError } from '../errors/leader-errors.js';
import { InMemoryCluster } from '../testing/in-memory-cluster.js';
import { ManualClock } from '../testing/manual-clock.js';
import type { DirectoryEvent, Leader, LeaderDirectoryOptions } from './directory-options.js';
import { LeaderDirectory } from './leader-directory.js';
import { ClusterCalls } from './testing/cluster-calls.js';

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0)) await part.close();
});

const idle = { apply: () => 1, snapshot: () => 0, restore: () => undefined };

async function setUp(options: Partial<LeaderDirectoryOptions> = {}) {
  const clock = new ManualClock(1000);
  const cluster = new InMemoryCluster({ stateMachine: () => idle, clock });
  const calls = new ClusterCalls(cluster, clock);
  const events: DirectoryEvent[] = [];
  const directory = new LeaderDirectory(
    {
      group: 'test',
      members: cluster.ids.map((id, position) => ({ id, url: `http://${id}.invalid`, priority: position + 1 })),
      auth: 'none',
      trace: (event) => events.push(event),
      ...options,
    },
    { clock, calls, random: () => 0.5 },
  );
  running.push(directory, { close: () => cluster.stop() });
  return { clock, cluster, calls, directory, events };
}

/** With a leader that the directory has adopted. */
async function withLeader(options: Partial<LeaderDirectoryOptions> = {}) {
  const parts = await setUp(options);
  await parts.cluster.start();
  parts.directory.start();
  await parts.clock.until(() => parts.directory.current() !== undefined, 'a leader to be adopted');
  return { ...parts, leader: parts.directory.current() as Leader };
}

async function outcome<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  let settled = false;
  const done = (): void => void (settled = true);
  promise.then(done, done);
  await clock.until(() => settled, 'the promise to settle');
  return promise;
}

describe('LeaderDirectory', () => {
  it('conducts an election when it starts: the highest priority is nominated and wins before any timeout', async () => {
    const { clock, cluster, calls, directory } = await setUp();
    await cluster.start();
    const startedAt = clock.now();

    directory.start();
    const leader = await outcome(clock, directory.ensureLeader());

    expect(leader).toEqual({ id: 'r3', url: 'http://r3.invalid', term: 1 });
    expect(calls.nominations).toEqual(['r3']);
    expect(clock.now() - startedAt).toBeLessThan(300);
  });

  it('nominates nobody where a leader exists', async () => {
    const { clock, cluster, calls, directory } = await setUp();
    await cluster.start();
    await clock.until(() => cluster.leader !== undefined, 'the replicas to elect by themselves');

    const leader = await outcome(clock, directory.ensureLeader());

    expect(leader.id).toBe(cluster.leader?.id);
    expect(calls.nominations).toEqual([]);
  });

  it('tells every waiting caller at the deadline that there is no leader', async () => {
    const { clock, cluster, directory } = await setUp();
    await cluster.startMember('r1');

    const waiting = [directory.ensureLeader({ deadline: clock.now() + 300 }), directory.ensureLeader()];
    const results = await outcome(clock, Promise.allSettled(waiting));

    expect(results.map((result) => result.status === 'rejected' && result.reason instanceof NoLeaderError)).toEqual([
      true,
      true,
    ]);
  });

  it('shares one search among all who wait', async () => {
    const { clock, calls, directory, leader } = await withLeader();
    const before = calls.statuses;

    for (let caller = 0; caller < 100; caller++) directory.reportFailure(leader, new Error('reset'));
    await outcome(clock, Promise.all(Array.from({ length: 100 }, () => directory.ensureLeader())));

    expect(calls.statuses - before).toBeLessThanOrEqual(6);
  });

  it('finds the next leader after the first has crashed, within a fraction of an election timeout', async () => {
    const { clock, cluster, directory, leader } = await withLeader();
    const startedAt = clock.now();

    await cluster.crash(leader.id);
    directory.reportFailure(leader, new Error('connect ECONNREFUSED'));
    const next = await outcome(clock, directory.ensureLeader());

    expect(next.id).toBe('r2');
    expect(next.term).toBeGreaterThan(leader.term);
    expect(clock.now() - startedAt).toBeLessThan(300);
  });

  it('has a hanging leader replaced as soon as the replicas do without its heartbeats', async () => {
    const { clock, cluster, calls, directory, leader } = await withLeader();
    calls.hanging.add(leader.id);
    cluster.network.isolate(leader.id, cluster.ids);
    const startedAt = clock.now();

    directory.reportFailure(leader, new Error('timeout'));
    const next = await outcome(clock, directory.ensureLeader());

    expect(next.id).toBe('r2');
    expect(clock.now() - startedAt).toBeLessThan(500);
  });

  it('notices a dead leader by its heartbeat, without any call', async () => {
    const { clock, cluster, directory, leader } = await withLeader({ heartbeatIntervalMs: 3000 });
    await cluster.crash(leader.id);

    await clock.advance(3500);

    expect(directory.current()?.id).toBe('r2');
  });

  it('tells its subscribers each change, the present leader first', async () => {
    const { clock, cluster, directory, leader } = await withLeader();
    const seen: (string | undefined)[] = [];
    directory.leader$().subscribe((value) => seen.push(value?.id));

    await cluster.crash(leader.id);
    directory.reportFailure(leader, new Error('reset'));
    await clock.until(() => directory.current()?.id === 'r2', 'the next leader');

    expect(seen).toEqual(['r3', 'r2']);
  });

  it('nominates no more often than allowed while nobody can win', async () => {
    const { clock, cluster, calls, directory } = await setUp({ nominationIntervalMs: 500 });
    await cluster.start();
    for (const id of cluster.ids) cluster.network.isolate(id, cluster.ids);

    directory.start();
    await clock.advance(5000);

    const followed = calls.nominations.filter((nomination) => !nomination.endsWith('refused'));
    expect(followed.length).toBeGreaterThan(0);
    expect(followed.length).toBeLessThanOrEqual(10);
    expect(Math.max(...cluster.members.map(({ election }) => election.state().term))).toBe(0);
  });
});

describe('LeaderDirectory.survey', () => {
  it('brings what each member says of itself, and who is gone or silent', async () => {
    const { clock, cluster, calls, directory, leader } = await withLeader();
    const [gone = '', silent = ''] = cluster.ids.filter((id) => id !== leader.id);
    await cluster.crash(gone);
    calls.hanging.add(silent);

    const reports = await outcome(clock, directory.survey());

    expect(reports.map(({ member: { id }, reply }) => [id, reply.kind])).toEqual(
      cluster.ids.map((id) => [id, id === gone ? 'gone' : id === silent ? 'silent' : 'status']),
    );
    expect(reports.find(({ member }) => member.id === leader.id)).toMatchObject({
      reply: { status: { role: 'leader', term: leader.term } },
    });
  });

  it('asks once for all who ask at the same time, and anew afterwards', async () => {
    const { clock, cluster, calls, directory } = await withLeader();
    const before = calls.statuses;

    await outcome(clock, Promise.all([directory.survey(), directory.survey()]));
    expect(calls.statuses - before).toBe(cluster.ids.length);

    await outcome(clock, directory.survey());
    expect(calls.statuses - before).toBe(2 * cluster.ids.length);
  });

  it('answers no question of the search: what was asked before a doubt must not lift it', async () => {
    const { clock, cluster, calls, directory, leader } = await withLeader();
    for (const id of cluster.ids) calls.hanging.add(id);
    const before = calls.statuses;

    const survey = directory.survey();
    directory.reportFailure(leader, new Error('the connection broke'));

    expect(calls.statuses - before).toBe(2 * cluster.ids.length);
    await outcome(clock, survey);
  });
});

describe('LeaderDirectory.call', () => {
  it('gives the leader and the result of the attempt', async () => {
    const { clock, directory } = await withLeader();

    const result = await outcome(
      clock,
      directory.call(async (leader, { number }) => `${leader.id} ${number}`),
    );

    expect(result).toBe('r3 1');
  });

  it('asks the next leader after a NotLeaderError, and lets callers see nothing of it', async () => {
    const { clock, cluster, directory } = await withLeader();
    await outcome(clock, cluster.member('r3').election.transferLeadership('r1'));
    const asked: string[] = [];

    const result = await outcome(
      clock,
      directory.call(async (leader) => {
        asked.push(leader.id);
        if (leader.id !== 'r1') throw new NotLeaderError(leader.id, undefined, leader.term);
        return 'done';
      }),
    );

    expect([result, asked]).toEqual(['done', ['r3', 'r1']]);
  });

  const retried: [string, object][] = [
    ['a refused connection', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' })],
    ['an answer with status 421', Object.assign(new Error('misdirected'), { status: 421 })],
    [
      'a fetch that could not connect',
      Object.assign(new TypeError('fetch failed'), { cause: Object.assign(new Error('x'), { code: 'ECONNREFUSED' }) }),
    ],
  ];
  it.each(retried)('retries after %s', async (_, failure) => {
    const { clock, directory } = await withLeader();

    const result = await outcome(
      clock,
      directory.call(async (_leader, { number }) => (number < 4 ? Promise.reject(failure as Error) : number)),
    );

    expect(result).toBe(4);
  });

  const rethrown: [string, Error][] = [
    ['an answer', new RangeError('not enough stock')],
    ['a reset connection, which may have had an effect', Object.assign(new Error('reset'), { code: 'ECONNRESET' })],
    ['an IndeterminateError', new IndeterminateError(5, 1, 'leadershipLost')],
  ];
  it.each(rethrown)('rethrows %s', async (_, failure) => {
    const { clock, directory } = await withLeader();
    let attempts = 0;
    const refuse = (): Promise<never> => {
      attempts++;
      return Promise.reject(failure);
    };

    await expect(outcome(clock, directory.call(refuse))).rejects.toBe(failure);

    expect(attempts).toBe(1);
  });

  it('retries what may have had an effect where that is asked for, and tells the next attempt', async () => {
    const { clock, directory } = await withLeader();
    const attempts: boolean[] = [];

    await outcome(
      clock,
      directory.call(
        async (_leader, { number, indeterminateBefore }) => {
          attempts.push(indeterminateBefore);
          if (number === 1) throw new IndeterminateError(5, 1, 'leadershipLost');
        },
        { retryIndeterminate: true },
      ),
    );

    expect(attempts).toEqual([false, true]);
  });

  it('does not let a hanging leader hold its callers: the attempt is ended and the next leader asked', async () => {
    const { clock, cluster, calls, directory, leader } = await withLeader({ attemptTimeoutMs: 1500 });
    calls.hanging.add(leader.id);
    cluster.network.isolate(leader.id, cluster.ids);
    const startedAt = clock.now();
    let aborted = false;

    const result = await outcome(
      clock,
      directory.call(
        (target, { signal }) => {
          if (target.id !== leader.id) return Promise.resolve(target.id);
          signal.addEventListener('abort', () => (aborted = true));
          return new Promise<string>(() => undefined);
        },
        { retryIndeterminate: true, deadline: clock.now() + 10_000 },
      ),
    );

    expect([result, aborted]).toEqual(['r2', true]);
    expect(clock.now() - startedAt).toBeLessThan(2000);
  });

  it('gives a leader that is confirmed after a doubt more time: slow is not dead', async () => {
    const { clock, directory } = await withLeader({ attemptTimeoutMs: 1000 });
    const attempts: number[] = [];

    const result = await outcome(
      clock,
      directory.call(
        (target, { deadline }) => {
          attempts.push(deadline - clock.now());
          return new Promise<string>((resolve) => clock.setTimer(clock.now() + 2500, () => resolve(target.id)));
        },
        { retryIndeterminate: true, deadline: clock.now() + 10_000 },
      ),
    );

    expect([result, attempts]).toEqual(['r3', [1000, 2000, 4000]]);
  });

  it('says at the deadline that nothing happened, when nothing can have happened', async () => {
    const { clock, directory } = await withLeader();
    const refusal = new NotLeaderError('r3', undefined, 1);

    const call = outcome(
      clock,
      directory.call(() => Promise.reject(refusal), { deadline: clock.now() + 300 }),
    );

    await expect(call).rejects.toThrow(NoLeaderError);
    await expect(call).rejects.toMatchObject({ definite: true, cause: refusal });
  });

  it('says at the deadline that the outcome is open, when an earlier attempt may have had an effect', async () => {
    const { clock, directory } = await withLeader();
    const open = new IndeterminateError(5, 1, 'leadershipLost');

    const call = directory.call(
      (_leader, { number }) => Promise.reject(number === 1 ? open : new NotLeaderError('r3', undefined, 1)),
      { deadline: clock.now() + 300, retryIndeterminate: true },
    );

    await expect(outcome(clock, call)).rejects.toBe(open);
  });

  it('takes no more calls than allowed', async () => {
    const { directory } = await withLeader({ callsMax: 1 });
    const first = directory.call(() => new Promise(() => undefined));
    first.catch(() => undefined);

    await expect(directory.call(async () => 1)).rejects.toThrow(BackpressureError);
  });

  it('ends early when its caller gives up', async () => {
    const { clock, directory } = await withLeader();
    const controller = new AbortController();
    const gaveUp = new Error('the shopper left');

    const call = directory.call(() => new Promise(() => undefined), { signal: controller.signal });
    controller.abort(gaveUp);

    await expect(outcome(clock, call)).rejects.toBe(gaveUp);
  });
});
