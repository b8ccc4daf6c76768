import { afterEach, describe, expect, it } from '@jest/globals';
import { MembershipRefusedError, NotLeaderError } from '../errors/leader-errors.js';
import { Notes } from '../replicated-log/testing/notes.js';
import { type ClusterMember, InMemoryCluster, type InMemoryClusterOptions } from '../testing/in-memory-cluster.js';
import { ManualClock } from '../testing/manual-clock.js';

type Member = ClusterMember<Notes>;
const running: InMemoryCluster<Notes>[] = [];

afterEach(async () => {
  for (const cluster of running.splice(0)) {
    await cluster.stop();
    expect(cluster.fatalErrors).toEqual([]);
  }
});

async function setUp(options: Partial<InMemoryClusterOptions<Notes>> = {}) {
  const clock = new ManualClock(1000);
  const cluster = new InMemoryCluster<Notes>({ stateMachine: () => new Notes(), ...options, clock });
  running.push(cluster);
  await cluster.start();
  const leader = async (): Promise<Member> => {
    await clock.until(() => cluster.leader !== undefined, 'a leader in office');
    return cluster.leader as Member;
  };
  const done = async <T>(promise: Promise<T>): Promise<T> => {
    let settled = false;
    const note = (): void => void (settled = true);
    promise.then(note, note);
    await clock.until(() => settled, 'the promise to settle');
    return promise;
  };
  const write = async (note: string): Promise<unknown> => done((await leader()).log.propose(note));
  /** Adds the next member as an operator does: learner, caught up, voter. */
  const grow = async (): Promise<Member> => {
    const newcomer = cluster.newcomer();
    await cluster.startMember(newcomer.id);
    await done((await leader()).membership.addLearner(newcomer));
    for (;;) {
      const promoted = await done(
        (await leader()).membership.promote(newcomer.id).then(
          () => true,
          (error: MembershipRefusedError) => (error.reason === 'notCaughtUp' ? false : Promise.reject(error)),
        ),
      );
      if (promoted) return newcomer;
      await clock.advance(100);
    }
  };
  await leader();
  await clock.advance(300);
  return { clock, cluster, leader, done, write, grow };
}

const shape = (member: Member): string =>
  member.membership
    .members()
    .map(({ id, kind }) => `${id} ${kind}`)
    .join(', ');

describe('Membership', () => {
  it('knows the first members with their addresses', async () => {
    const { cluster } = await setUp();

    expect(cluster.member('r1').membership.members()).toEqual(
      ['r1', 'r2', 'r3'].map((id, position) => ({
        id,
        url: `http://${id}.invalid`,
        priority: position + 1,
        kind: 'voter',
      })),
    );
  });

  it('adds a member that fetches the log, counts, and leads like any other', async () => {
    const { clock, cluster, done, write, grow, leader } = await setUp();
    await write('a');

    const newcomer = await grow();
    await done((await leader()).election.transferLeadership(newcomer.id));
    await clock.until(() => cluster.leader?.id === newcomer.id, 'r4 to lead');
    await write('b');
    await clock.advance(300);

    for (const member of cluster.members) {
      expect(member.stateMachine.notes).toEqual(['a', 'b']);
      expect(shape(member)).toBe('r1 voter, r2 voter, r3 voter, r4 voter');
      expect(member.election.state().leaderUrl).toBe('http://r4.invalid');
    }
  });

  it('keeps members through restarts of everybody, also where a snapshot has replaced the log', async () => {
    const { clock, cluster, write, grow } = await setUp({
      limits: { snapshotEveryEntries: 5 },
      tuning: { trailingEntries: 0 },
    });
    await grow();
    for (let count = 0; count < 30; count++) await write(`n${count}`);
    await clock.advance(300);

    for (const id of cluster.ids) await cluster.crash(id);
    await cluster.start();
    await write('again');
    await clock.advance(500);

    for (const member of cluster.members) {
      expect(shape(member)).toBe('r1 voter, r2 voter, r3 voter, r4 voter');
      expect(member.stateMachine.notes).toHaveLength(31);
    }
  });

  it('does not count a learner: the group goes on without it, and not without a majority of the voters', async () => {
    const { clock, cluster, done, write, leader } = await setUp();
    const newcomer = cluster.newcomer();
    await cluster.startMember(newcomer.id);
    await done((await leader()).membership.addLearner(newcomer));
    await cluster.crash('r1');
    await cluster.crash('r2');
    await clock.advance(5000);

    expect(cluster.leader).toBeUndefined();
    await cluster.startMember('r1');
    await write('a');
    await clock.advance(500);
    expect(newcomer.stateMachine.notes).toEqual(['a']);
    expect(newcomer.election.state().role).toBe('learner');
  });

  it('removes a member, and lets the leader remove itself: another one leads, without its vote', async () => {
    const { clock, cluster, done, write, leader } = await setUp();
    const first = await leader();
    await done(first.membership.remove('r1'));
    await cluster.crash('r1');

    await done(first.membership.remove(first.id));
    await clock.until(() => cluster.leader?.id === 'r2', 'r2 to lead alone');
    await cluster.crash(first.id);
    await write('a');

    expect(shape(cluster.member('r2'))).toBe('r2 voter');
  });

  it('replaces a member by a new one under another id while the group works', async () => {
    const { cluster, done, write, grow, leader } = await setUp();
    await cluster.crash('r1');
    const newcomer = await grow();

    await done((await leader()).membership.remove('r1'));
    await cluster.crash('r3');
    await write('a');

    expect(shape(cluster.leader as Member)).toBe('r2 voter, r3 voter, r4 voter');
    expect(newcomer.isRunning).toBe(true);
  });

  it('refuses what cannot be, and says why; nothing was changed', async () => {
    const { cluster, leader, done } = await setUp();
    const first = await leader();
    const refused: [Promise<void>, RegExp][] = [
      [first.membership.promote('r1'), /r1 is a voter already/],
      [first.membership.promote('r9'), /r9 is no member/],
      [first.membership.addLearner({ id: 'r1', url: 'http://r1', priority: 1 }), /r1 is a member already/],
      [first.membership.addLearner({ id: 'r 4', url: 'nowhere', priority: -1 }), /id: .*url: .*|priority: .*/],
    ];

    for (const [change, why] of refused) {
      await expect(done(change)).rejects.toThrow(MembershipRefusedError);
      await expect(change).rejects.toThrow(why);
      await expect(change).rejects.toMatchObject({ reason: 'impossible', definite: true });
    }
    await expect(cluster.member('r1').membership.remove('r2')).rejects.toThrow(NotLeaderError);
    expect(shape(first)).toBe('r1 voter, r2 voter, r3 voter');
  });

  it('changes one member at a time, and promotes none that lags', async () => {
    const { cluster, leader, done } = await setUp();
    const first = await leader();
    const newcomer = cluster.newcomer();
    const adding = first.membership.addLearner(newcomer);

    await expect(first.membership.remove('r1')).rejects.toMatchObject({ reason: 'changePending' });
    await done(adding);
    await expect(first.membership.promote(newcomer.id)).rejects.toMatchObject({ reason: 'notCaughtUp' });
  });

  it('tells the caller that the outcome is open when leadership is lost meanwhile', async () => {
    const { cluster, leader, done } = await setUp();
    const first = await leader();
    cluster.network.isolate(first.id, cluster.ids);

    await expect(done(first.membership.remove('r1'))).rejects.toMatchObject({ code: 'INDETERMINATE', definite: false });
  });
});
