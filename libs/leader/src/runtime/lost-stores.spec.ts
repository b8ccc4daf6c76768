import { afterEach, describe, expect, it } from '@jest/globals';
import type { ReplicaId, Term } from '@quorumkit/raft';
import { FileLogStore } from '../log-store/file-log-store.js';
import { MemoryLogStore } from '../log-store/memory-log-store.js';
import { SimulatedDisk } from '../log-store/testing/simulated-disk.js';
import type { GroupMember } from '../membership/membership.js';
import { Notes } from '../replicated-log/testing/notes.js';
import { type ClusterMember, InMemoryCluster, type MemberStorage } from '../testing/in-memory-cluster.js';
import { ManualClock } from '../testing/manual-clock.js';
import { type PeerStanding, decideFirstStart, isEmptyStore, prepareEmptyStore } from './first-start.js';

const running: InMemoryCluster<Notes>[] = [];

afterEach(async () => {
  for (const cluster of running.splice(0)) {
    await cluster.stop();
    expect(cluster.fatalErrors).toEqual([]);
  }
});

function setUp(storage?: (id: string) => MemberStorage) {
  const clock = new ManualClock(1000);
  const stores = new Map<string, MemoryLogStore>();
  const waiting: string[] = [];
  const lost: string[] = [];
  const inMemory = (id: string): MemberStorage => {
    const store = new MemoryLogStore({ name: id });
    stores.set(id, store);
    return { newStore: () => store, crash: () => store.crash() };
  };
  const cluster = new InMemoryCluster<Notes>({
    stateMachine: () => new Notes(),
    clock,
    firstStart: 'ask',
    storage: storage ?? inMemory,
    observer: (id) => ({
      waitingForMembers: (silent) => void waiting.push(`${id} waits for ${silent.join()}`),
      storeLost: () => void lost.push(id),
    }),
  });
  running.push(cluster);
  const leader = async (): Promise<ClusterMember<Notes>> => {
    await clock.until(() => cluster.leader !== undefined, 'a leader in office');
    return cluster.leader as ClusterMember<Notes>;
  };
  const write = async (note: string): Promise<void> => {
    let written = false;
    void (await leader()).log.propose(note).then(() => (written = true));
    await clock.until(() => written, `${note} to be written`);
  };
  const wipe = async (id: string): Promise<void> => {
    await cluster.crash(id);
    stores.get(id)?.wipe();
  };
  const kinds = (): (string | undefined)[] =>
    cluster.ids.map((id) => cluster.leader?.membership.members().find((member) => member.id === id)?.kind);
  return { clock, cluster, stores, waiting, lost, leader, write, wipe, kinds };
}

describe('a group that starts for the first time', () => {
  it('begins when all members are there, whatever the order they come in', async () => {
    const { clock, cluster, leader, write, waiting, lost } = setUp();
    await cluster.startMember('r3');
    await cluster.startMember('r1');
    await clock.advance(5000);
    expect(cluster.members.map(({ election }) => election.state().role)).toEqual(['stopped', 'stopped', 'stopped']);

    await cluster.startMember('r2');
    await leader();
    await write('a');
    await clock.advance(300);

    expect(cluster.members.map(({ stateMachine }) => stateMachine.notes)).toEqual([['a'], ['a'], ['a']]);
    expect([waiting.includes('r3 waits for r2'), lost]).toEqual([true, []]);
  });

  it('lets a member that comes late fetch what it missed', async () => {
    const { clock, cluster, write, kinds } = setUp();
    await cluster.start();
    await write('a');
    await cluster.crash('r1');
    await write('b');

    await cluster.startMember('r1');
    await clock.until(() => cluster.member('r1').stateMachine.notes.length === 2, 'r1 to catch up');

    expect(kinds()).toEqual(['voter', 'voter', 'voter']);
  });
});

describe('a member whose disk was lost', () => {
  it('comes back without a vote, fetches everything, and is a voter again', async () => {
    const { clock, cluster, write, wipe, lost, stores, kinds } = setUp();
    await cluster.start();
    for (const note of ['a', 'b', 'c']) await write(note);

    await wipe('r1');
    await cluster.startMember('r1');
    await clock.until(() => kinds()[0] === 'returning', 'r1 to be taken out');
    await clock.until(() => kinds()[0] === 'voter', 'r1 to be a voter again');

    expect([lost, cluster.member('r1').stateMachine.notes]).toEqual([['r1'], ['a', 'b', 'c']]);
    expect(stores.get('r1')?.durableState().storeId).toBeGreaterThan(0);
    await write('d');
    await cluster.crash('r3');
    await write('e');
    expect(cluster.member('r1').stateMachine.notes.slice(0, 4)).toEqual(['a', 'b', 'c', 'd']);
  });

  it('does not help to elect a leader that lacks what was committed', async () => {
    const { clock, cluster, write, wipe } = setUp();
    await cluster.start();
    await write('a');
    await clock.advance(300);
    cluster.network.isolate('r1', cluster.ids);
    await write('committed by r2 and r3');

    // r2 loses its disk and r3 is away: r1, which missed it, and the empty r2 would be a majority.
    await wipe('r2');
    await cluster.crash('r3');
    cluster.network.heal();
    await cluster.startMember('r2');
    await clock.advance(20_000);
    expect(cluster.leader).toBeUndefined();

    await cluster.startMember('r3');
    await write('c');
    await clock.advance(3000);
    for (const { stateMachine } of cluster.members)
      expect(stateMachine.notes).toEqual(['a', 'committed by r2 and r3', 'c']);
  });

  it('does not begin a new group with a member that was never there, while the one that has everything is away', async () => {
    const { clock, cluster, write, wipe, kinds } = setUp();
    await cluster.start();
    await write('a');
    await wipe('r1');
    await wipe('r2');
    await cluster.crash('r3');

    await cluster.startMember('r1');
    await cluster.startMember('r2');
    await clock.advance(20_000);

    expect([cluster.leader, cluster.member('r1').election.state().role]).toEqual([undefined, 'stopped']);
    // Two of three stores are lost: with the third there is a witness, but no majority to go on with. It says so by standing still.
    await cluster.startMember('r3');
    await clock.advance(20_000);
    expect([cluster.leader, kinds()]).toEqual([undefined, [undefined, undefined, undefined]]);
  });
});

describe('a member whose store is empty', () => {
  it('says that its group has a log as soon as it knows, though it has nothing of it itself', async () => {
    const { clock, cluster, write, wipe } = setUp();
    await cluster.start();
    await write('a');
    await wipe('r1');
    cluster.network.filter = ({ to }) => to !== 'r1';

    await cluster.startMember('r1');
    await clock.advance(300);

    const { replica } = cluster.member('r1');
    expect([replica?.history, replica?.status?.lastLogIndex]).toEqual(['some', 0]);
  });

  it('neither campaigns nor promises to before it knows, and says why', async () => {
    const { clock, cluster } = setUp();
    await cluster.startMember('r1');
    await clock.advance(300);

    const { replica } = cluster.member('r1');

    expect(replica?.history).toBe('none');
    expect(replica?.hint({ kind: 'nominate', observedTerm: 0 as Term })).toMatch(/does not know yet whether/);
    await clock.advance(20_000);
    expect(cluster.member('r1').election.state()).toMatchObject({ role: 'stopped', term: 0 });
  });
});

/** A member's log in files, one of which can be damaged. */
class FileStorage implements MemberStorage {
  readonly disk = new SimulatedDisk();

  newStore(): FileLogStore {
    return new FileLogStore({
      dataDir: '/data',
      onDamage: 'setAside',
      files: this.disk,
      processes: this.disk.processes,
      onFailure: () => undefined,
    });
  }

  crash(): void {
    this.disk.kill();
  }

  flipBit(): void {
    const path = '/data/log.00000001.wal';
    const bytes = Buffer.from(this.disk.contents().get(path) ?? []);
    const at = bytes.indexOf('"b"');
    expect(at).toBeGreaterThan(0);
    bytes[at] = (bytes[at] as number) ^ 4;
    this.disk.overwrite(path, bytes);
  }
}

describe('a member whose log is damaged in the middle', () => {
  it.each(['r1', 'r3'])(
    'keeps it aside, fetches everything from the leader, and is a voter again (%s)',
    async (victim) => {
      const storages = new Map<string, FileStorage>();
      const storage = (id: string): FileStorage => {
        const made = new FileStorage();
        storages.set(id, made);
        return made;
      };
      const { clock, cluster, write, kinds } = setUp(storage);
      await cluster.start();
      for (const note of ['a', 'b', 'c', 'd']) await write(note);
      await clock.advance(300);
      await cluster.crash(victim);
      storages.get(victim)?.flipBit();

      await cluster.startMember(victim);
      await clock.until(
        () => cluster.leader !== undefined && cluster.member(victim).stateMachine.notes.length === 4,
        'it to have everything',
      );
      await clock.until(() => kinds().every((kind) => kind === 'voter'), 'it to be a voter again');

      const { disk } = storages.get(victim) as FileStorage;
      expect([...disk.contents().keys()].filter((path) => /damaged-log-.*wal$/.test(path))).toHaveLength(1);
      // It counts again: with one of the others gone there is a majority.
      await cluster.crash(victim === 'r1' ? 'r3' : 'r2');
      await write('e');
      expect(cluster.member(victim).stateMachine.notes.slice(0, 4)).toEqual(['a', 'b', 'c', 'd']);
    },
  );
});

describe('decideFirstStart', () => {
  const others: GroupMember[] = ['b', 'c'].map((id) => ({ id, url: `http://${id}`, priority: 1, kind: 'voter' }));
  const none = (term = 0): PeerStanding => ({ history: 'none', term });
  const some: PeerStanding = { history: 'some', term: 4 };
  const unknown: PeerStanding = { history: 'unknown', term: 0 };

  /** Each round takes the next answers; the last ones are repeated. `undefined`: no answer. */
  async function decide(...rounds: (PeerStanding | undefined)[][]) {
    const clock = new ManualClock();
    let asked = 0;
    const ask = (member: GroupMember): Promise<PeerStanding> => {
      const round = rounds[Math.min(Math.floor(asked++ / others.length), rounds.length - 1)];
      const standing = round?.[others.indexOf(member)];
      return standing === undefined ? Promise.reject(new Error('silent')) : Promise.resolve(standing);
    };
    let found: unknown = 'undecided';
    void decideFirstStart({ others, clock, ask, isStopped: () => false, waiting: () => undefined }).then(
      (decision) => (found = decision),
    );
    await clock.advance(10_000);
    return found;
  }

  const cases: [string, (PeerStanding | undefined)[][], unknown][] = [
    ['all others are empty', [[none(), none()]], { kind: 'newGroup', term: 0 }],
    ['all others are empty and one has begun to campaign', [[none(), none(3)]], { kind: 'newGroup', term: 3 }],
    ['one has a log', [[none(), some]], { kind: 'lostStore', witness: 'c' }],
    ['one has a log and the other is silent', [[some, undefined]], { kind: 'lostStore', witness: 'b' }],
    ['one is silent', [[none(), undefined]], 'undecided'],
    ['one has not opened its store', [[none(), unknown]], 'undecided'],
    [
      'one answers later',
      [
        [none(), undefined],
        [none(), none()],
      ],
      { kind: 'newGroup', term: 0 },
    ],
    // b was empty, then it was elected by c while c did not answer here.
    [
      'answers of different rounds never come together',
      [
        [none(), undefined],
        [undefined, none()],
        [undefined, undefined],
      ],
      'undecided',
    ],
  ];
  it.each(cases)('when %s', async (_, rounds, expected) => {
    expect(await decide(...rounds)).toEqual(expected);
  });

  it('counts the vote of a term that others know as given: an earlier store may have given it', async () => {
    const store = new MemoryLogStore();
    const stored = await store.open();

    const prepared = await prepareEmptyStore(store, stored, { kind: 'newGroup', term: 3 as Term }, 'a' as ReplicaId);

    expect(prepared.hardState).toEqual({ term: 3, votedFor: 'a' });
    expect(store.durableState()).toMatchObject({ hardState: { term: 3, votedFor: 'a' } });
    expect(isEmptyStore(store.durableState())).toBe(false);
  });

  it('gives a lost store its own id, durably', async () => {
    const store = new MemoryLogStore({ newStoreId: () => 7 });
    const stored = await store.open();

    const prepared = await prepareEmptyStore(store, stored, { kind: 'lostStore', witness: 'b' }, 'a' as ReplicaId);

    expect([prepared.storeId, store.durableState().storeId]).toEqual([7, 7]);
  });
});
