import { afterEach, describe, expect, it } from '@jest/globals';
import { NotLeaderError } from '../errors/leader-errors.js';
import { FileLogStore } from '../log-store/file-log-store.js';
import { MemoryLogStore } from '../log-store/memory-log-store.js';
import { FaultyFileOps } from '../log-store/testing/faulty-file-ops.js';
import { keepNothing, SimulatedDisk } from '../log-store/testing/simulated-disk.js';
import { Notes } from '../replicated-log/testing/notes.js';
import {
  type ClusterMember,
  InMemoryCluster,
  type InMemoryClusterOptions,
  type MemberStorage,
} from '../testing/in-memory-cluster.js';
import { ManualClock } from '../testing/manual-clock.js';
import type { ReplicaObserver } from './replica-observer.js';

type Cluster = InMemoryCluster<Notes>;
type Member = ClusterMember<Notes>;
const running: { readonly clock: ManualClock; readonly cluster: Cluster }[] = [];

afterEach(async () => {
  for (const { clock, cluster } of running.splice(0)) {
    // Closing waits for syncs, which take time of the clock.
    let stopped = false;
    void cluster.stop().then(() => (stopped = true));
    while (!stopped) await clock.advance(1000);
    expect(cluster.fatalErrors).toEqual([]);
  }
});

async function startCluster(
  clock: ManualClock,
  options: Omit<InMemoryClusterOptions<Notes>, 'clock' | 'stateMachine'>,
): Promise<Cluster> {
  const cluster = new InMemoryCluster<Notes>({ stateMachine: () => new Notes(), clock, ...options });
  running.push({ clock, cluster });
  await cluster.start();
  await leaderOf(clock, cluster);
  await clock.advance(300);
  return cluster;
}

async function leaderOf(clock: ManualClock, cluster: Cluster): Promise<Member> {
  await clock.until(() => cluster.leader !== undefined, 'a leader in office');
  return cluster.leader as Member;
}

/** What becomes of a promise when time passes. */
async function outcome<T>(clock: ManualClock, promise: Promise<T>): Promise<T> {
  let settled = false;
  const done = (): void => void (settled = true);
  promise.then(done, done);
  await clock.until(() => settled, 'the promise to settle');
  return promise;
}

const write = (clock: ManualClock, { log }: Member, note: string): Promise<unknown> =>
  outcome(clock, log.propose(note));
const counts = (cluster: Cluster): number[] => cluster.members.map(({ stateMachine }) => stateMachine.notes.length);

/** A member's log in files on a simulated disk that can be filled. */
class FileStorage implements MemberStorage {
  readonly disk = new SimulatedDisk();
  readonly files = new FaultyFileOps(this.disk);

  constructor(private readonly clock: ManualClock) {}

  newStore(onCondition: Parameters<MemberStorage['newStore']>[0]): FileLogStore {
    const pause = (ms: number): Promise<void> =>
      new Promise((resolve) => this.clock.setTimer(this.clock.now() + ms, resolve));
    return new FileLogStore({
      dataDir: '/data',
      segmentBytesMax: 4096,
      claimBytes: 512,
      files: this.files,
      processes: this.disk.processes,
      onFailure: () => undefined,
      onCondition,
      pause,
    });
  }

  crash(): void {
    this.disk.crash(keepNothing);
  }

  fill(): void {
    this.files.plan = ({ operation, bytes, offset }) => {
      if (operation === 'create') return { kind: 'fail', code: 'ENOSPC' };
      // The note of 16 bytes at the beginning of its file needs no more space than it has.
      return operation === 'write' && offset > 0
        ? { kind: bytes > 40 ? 'torn' : 'fail', bytes: 20, code: 'ENOSPC' }
        : undefined;
    };
  }

  free(): void {
    this.files.plan = () => undefined;
  }
}

async function onFiles(options: Partial<InMemoryClusterOptions<Notes>> = {}) {
  const clock = new ManualClock(1000);
  const storages = new Map<string, FileStorage>();
  const storage = (id: string): FileStorage => {
    const made = new FileStorage(clock);
    storages.set(id, made);
    return made;
  };
  const cluster = await startCluster(clock, { ...options, storage });
  return { clock, cluster, disk: (id: string) => storages.get(id) as FileStorage };
}

describe('a disk that runs full', () => {
  it('makes its leader hand over, loses nothing that was acknowledged, and keeps the replica as a follower', async () => {
    const { clock, cluster, disk } = await onFiles();
    const first = cluster.leader as Member;
    const acknowledged: string[] = [];
    const propose = (member: Member, note: string): Promise<void> =>
      member.log.propose(note).then(
        () => void acknowledged.push(note),
        () => undefined,
      );
    for (let count = 0; count < 20; count++) await outcome(clock, propose(first, `before ${count}`));

    disk(first.id).fill();
    await outcome(clock, Promise.all(Array.from({ length: 20 }, (_, count) => propose(first, `while ${count}`))));
    await clock.until(() => cluster.leader !== undefined && cluster.leader.id !== first.id, 'another leader');
    const second = cluster.leader as Member;
    for (let count = 0; count < 30; count++) await outcome(clock, propose(second, `after ${count}`));

    expect(first.replica?.storeCondition).toBe('full');
    expect(first.election.state().role).toBe('follower');
    expect(acknowledged.filter((note) => note.startsWith('after'))).toHaveLength(30);
    expect(second.stateMachine.notes).toEqual(expect.arrayContaining(acknowledged));
    // What it took into memory and could not write is not more than what it was sent before it said stop.
    expect(first.election.state().lastLogIndex).toBeLessThan(60);

    disk(first.id).free();
    await clock.until(
      () => first.stateMachine.notes.length === second.stateMachine.notes.length,
      'the first to catch up',
    );
    expect(first.replica?.storeCondition).toBe('writable');
    for (const id of cluster.ids) await cluster.crash(id);
    await cluster.start();
    await leaderOf(clock, cluster);
    await clock.advance(500);
    for (const { stateMachine } of cluster.members)
      expect(stateMachine.notes).toEqual(expect.arrayContaining(acknowledged));
    expect(new Set(counts(cluster)).size).toBe(1);
  });

  it.each([
    ['while it rotates', {}],
    ['while it takes snapshots', { limits: { snapshotEveryEntries: 5 }, tuning: { trailingEntries: 0 } }],
  ])('again and again, %s, and every log stays whole', async (_, options) => {
    const { clock, cluster, disk } = await onFiles(options);
    const acknowledged: string[] = [];
    for (let round = 0; round < 12; round++) {
      const leader = await leaderOf(clock, cluster);
      const victim = disk(cluster.ids[round % 3] as string);
      victim.fill();
      for (let count = 0; count < 6; count++) {
        const note = `${round}.${count}`;
        await outcome(
          clock,
          leader.log.propose(note, { deadline: clock.now() + 100 }).then(
            () => void acknowledged.push(note),
            () => undefined,
          ),
        );
      }
      victim.free();
      await clock.advance(7000);
      await cluster.crash(cluster.ids[(round + 1) % 3] as string);
      await cluster.startMember(cluster.ids[(round + 1) % 3] as string);
    }
    await leaderOf(clock, cluster);
    await clock.advance(8000);

    expect(acknowledged.length).toBeGreaterThan(30);
    for (const { stateMachine } of cluster.members)
      expect(stateMachine.notes).toEqual(expect.arrayContaining(acknowledged));
    expect(new Set(counts(cluster)).size).toBe(1);
  });

  it('refuses proposals on the leader at once, for certain', async () => {
    const { clock, cluster, disk } = await onFiles();
    const leader = cluster.leader as Member;
    disk(leader.id).fill();
    leader.log.propose('lost?').catch(() => undefined);
    await clock.until(() => leader.replica?.storeCondition === 'full', 'the disk to be full');

    const refused = leader.log.propose('x');

    await expect(refused).rejects.toThrow(NotLeaderError);
    await expect(refused).rejects.toMatchObject({ definite: true });
  });

  it('keeps a replica from campaigning, and from being nominated, until there is space', async () => {
    const { clock, cluster, disk } = await onFiles();
    const { id } = cluster.leader as Member;
    disk(id).fill();
    (cluster.leader as Member).log.propose('x').catch(() => undefined);
    await clock.until(() => cluster.leader !== undefined && cluster.leader.id !== id, 'another leader');
    const { replica, election } = cluster.member(id);
    const { term } = election.state();

    for (const other of cluster.ids) if (other !== id) cluster.network.isolate(other, cluster.ids);
    await clock.advance(10_000);
    expect(replica?.hint({ kind: 'nominate', observedTerm: term as never })).toBe('its disk is full');
    expect([election.state().role, election.state().term]).toEqual(['follower', term]);

    disk(id).free();
    cluster.network.heal();
    await clock.until(() => cluster.leader?.id === id, 'it to lead again, for its priority', 60_000);
  });

  it('lets a group of one step down, and lead again when there is space, with everything that was acknowledged', async () => {
    const { clock, cluster, disk } = await onFiles({ size: 1 });
    const only = cluster.leader as Member;
    await write(clock, only, 'a');
    disk('r1').fill();
    const stuck = outcome(clock, only.log.propose('b'));

    await expect(stuck).rejects.toMatchObject({ code: 'INDETERMINATE' });
    await clock.advance(3000);
    expect(cluster.leader).toBeUndefined();
    disk('r1').free();
    await leaderOf(clock, cluster);
    await write(clock, only, 'c');

    expect(only.stateMachine.notes).toEqual(['a', 'b', 'c']);
  });
});

/** Members whose disks take as long as they are told to. */
async function onSlowDisks(options: Partial<InMemoryClusterOptions<Notes>> = {}) {
  const clock = new ManualClock(1000);
  const syncMs = new Map<string, number>();
  const elections: string[] = [];
  const transfers: string[] = [];
  const storage = (id: string): MemberStorage => {
    const store = new MemoryLogStore({
      name: id,
      sync: () => new Promise((resolve) => clock.setTimer(clock.now() + (syncMs.get(id) ?? 1), resolve)),
    });
    return { newStore: () => store, crash: () => store.crash() };
  };
  const observer = (id: string): ReplicaObserver => ({
    trace: (event) => {
      if (event.kind === 'electionStarted') elections.push(`${id}: ${event.why}`);
      if (event.kind === 'transferStarted') transfers.push(`${id} to ${event.target}`);
    },
  });
  const cluster = await startCluster(clock, { ...options, storage, observer });
  elections.length = 0;
  transfers.length = 0;
  /** Proposals at whoever leads, one every 50 ms. */
  const load = async (ms: number): Promise<void> => {
    for (const end = clock.now() + ms; clock.now() < end; await clock.advance(50))
      cluster.leader?.log.propose('x').catch(() => undefined);
  };
  return { clock, cluster, syncMs, elections, transfers, load };
}

describe('a slow disk', () => {
  it('of the leader that hangs: heartbeats go on, and leadership is handed to a healthy replica before anybody campaigns', async () => {
    const { cluster, syncMs, elections, load } = await onSlowDisks();
    const first = (cluster.leader as Member).id;
    syncMs.set(first, 60_000);

    await load(1500);
    const stillLeads = [cluster.leader?.id, [...elections]];
    await load(2500);

    expect(stillLeads).toEqual([first, []]);
    expect(cluster.leader?.id).toBe('r2');
    expect(elections).toEqual(['r2: leader r3 hands over']);
  });

  it('of the leader that is slow again and again: leadership is handed over, and does not come back while it is', async () => {
    const { cluster, syncMs, elections, load } = await onSlowDisks({ tuning: { priorityTakeoverStableMs: 2000 } });
    syncMs.set('r3', 700);

    await load(30_000);
    expect(elections).toEqual(['r2: leader r3 hands over']);

    syncMs.set('r3', 1);
    await load(10_000);
    expect(cluster.leader?.id).toBe('r3');
  });

  it('everywhere: the leader stays, passing leadership around would not help', async () => {
    const { cluster, syncMs, elections, transfers, load } = await onSlowDisks();
    for (const id of cluster.ids) syncMs.set(id, 700);

    await load(30_000);

    expect([cluster.leader?.id, elections, transfers]).toEqual(['r3', [], []]);
  });

  it('of a leader whose heir cannot take over: it leads on, and tries again less and less often', async () => {
    const { cluster, syncMs, transfers, load } = await onSlowDisks();
    syncMs.set('r3', 700);
    await load(1000);
    // They hear no hand-over and no vote, only appends and heartbeats: r3 is not told that nobody can take over.
    cluster.network.filter = ({ message }) => message.kind !== 'timeoutNowRequest';

    await load(60_000);

    expect(cluster.member('r3').election.state()).toMatchObject({ role: 'leader', term: 1 });
    expect(transfers.length).toBeGreaterThanOrEqual(2);
    expect(transfers.length).toBeLessThanOrEqual(5);
  });

  it('that nobody took over from for a while does not count against a rival of higher priority', async () => {
    const { clock, cluster, syncMs, transfers, load } = await onSlowDisks({
      tuning: { priorityTakeoverStableMs: 5000 },
    });
    await outcome(clock, (cluster.leader as Member).election.transferLeadership('r2'));
    await leaderOf(clock, cluster);
    cluster.network.filter = ({ message }) => message.kind !== 'timeoutNowRequest';
    syncMs.set('r2', 700);
    await load(60_000);
    transfers.length = 0;

    syncMs.set('r2', 1);
    await load(2000);
    cluster.network.filter = () => true;
    await load(6000);

    expect([cluster.leader?.id, transfers]).toEqual(['r3', ['r2 to r3']]);
  });

  it('of a follower: nobody campaigns, and the group goes on without it', async () => {
    const { cluster, syncMs, elections, load } = await onSlowDisks();
    syncMs.set('r1', 20_000);

    await load(15_000);

    expect([cluster.leader?.id, elections]).toEqual(['r3', []]);
    expect(cluster.member('r2').stateMachine.notes.length).toBeGreaterThan(250);
  });

  it('runs the hand-over through office: user code has left before leadership passes', async () => {
    const events: string[] = [];
    const roles = new Map<string, () => string>();
    const hooks = (id: string) => ({ deposed: async () => void events.push(`${id} deposed as ${roles.get(id)?.()}`) });
    const set = await onSlowDisks({ hooks });
    for (const { id, election } of set.cluster.members) roles.set(id, () => election.state().role);
    events.length = 0;
    set.syncMs.set('r3', 60_000);

    await set.load(4000);

    expect(events).toEqual(['r3 deposed as leader']);
  });
});
