import { afterEach, describe, expect, it } from '@jest/globals';
import type { DirectoryEvent, Leader } from './directory-options.js';
import { LeaderDirectory } from './leader-directory.js';
import { ChangingGroup } from './testing/changing-group.js';
import { ClusterCalls } from './testing/cluster-calls.js';

const running: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of running.splice(0)) await part.close();
});

async function withGroup(): Promise<ChangingGroup> {
  const group = await ChangingGroup.start();
  running.push({ close: () => group.cluster.stop() });
  return group;
}

/** Configured with `ids`, whatever the group has become since. */
function directoryOf({ clock, cluster }: ChangingGroup, ids = ['r1', 'r2', 'r3'], heartbeatIntervalMs = 500) {
  const calls = new ClusterCalls(cluster, clock);
  const events: DirectoryEvent[] = [];
  const members = ids.map((id) => ({ id, url: `http://configured-${id}.invalid`, priority: Number(id.slice(1)) }));
  const trace = (event: DirectoryEvent): void => void events.push(event);
  const directory = new LeaderDirectory(
    { group: 'test', members, auth: 'none', heartbeatIntervalMs, trace },
    { clock, calls, random: () => 0.5 },
  );
  running.push(directory);
  directory.start();
  return { directory, calls, events };
}

const votersOf = (directory: LeaderDirectory): string =>
  directory
    .members()
    .flatMap(({ id, kind }) => (kind === 'voter' ? [id] : []))
    .join(' ');

describe('LeaderDirectory, when the members of its group change,', () => {
  it('follows until none of those that it was configured with is left', async () => {
    const group = await withGroup();
    const { directory } = directoryOf(group);
    await group.grow();
    await group.grow();
    await group.retire('r1');
    await group.retire('r2');
    await group.clock.until(() => votersOf(directory) === 'r3 r4 r5', 'the directory to know r3, r4 and r5');

    await group.grow();
    await group.retire('r3');
    await group.clock.advance(1000);
    const first = await group.done(directory.ensureLeader());
    await group.cluster.crash(first.id);
    directory.reportFailure(first, new Error('reset'));
    const next = await group.done(directory.ensureLeader());

    expect(votersOf(directory)).toBe('r4 r5 r6');
    expect(next.url).toBe(`http://${next.id}.invalid`);
    expect(next.term).toBeGreaterThan(first.term);
    expect(
      await group.done(directory.call(async ({ id }) => (await group.cluster.member(id).log.propose('a')).result)),
    ).toBe(1);
  });

  it('finds a group of whose configured members a single one is left, in one round of questions', async () => {
    const group = await withGroup();
    await group.grow();
    await group.grow();
    await group.retire('r2');
    await group.retire('r3');

    const { directory, events } = directoryOf(group);
    const leader = await group.done(directory.ensureLeader());

    expect(leader.id).toBe(group.cluster.leader?.id);
    expect(events.filter(({ kind }) => kind === 'waiting')).toEqual([]);
    expect(directory.members().map(({ id, url }) => `${id} ${url}`)).toEqual([
      'r1 http://configured-r1.invalid',
      'r4 http://r4.invalid',
      'r5 http://r5.invalid',
    ]);
  });

  it('nominates a newcomer with the highest priority when everybody has been restarted', async () => {
    const group = await withGroup();
    const { directory, calls } = directoryOf(group);
    const newcomer = await group.grow();
    await group.clock.until(() => votersOf(directory) === 'r1 r2 r3 r4', 'the directory to know r4');
    const leader = await group.done(directory.ensureLeader());

    for (const id of group.cluster.ids) await group.cluster.crash(id);
    directory.reportFailure(leader, new Error('connect ECONNREFUSED'));
    await group.cluster.start();
    const next = await group.done(directory.ensureLeader());

    expect([next.id, calls.nominations]).toEqual([newcomer, [newcomer]]);
  });

  it('counts the majority of the present voters: nobody is nominated while two of five are up', async () => {
    const group = await withGroup();
    const { directory, calls, events } = directoryOf(group);
    await group.grow();
    await group.grow();
    await group.clock.until(() => votersOf(directory) === 'r1 r2 r3 r4 r5', 'the directory to know all five');
    const leader = directory.current() as Leader;

    for (const id of ['r3', 'r4', 'r5']) await group.cluster.crash(id);
    directory.reportFailure(leader, new Error('connect ECONNREFUSED'));
    await group.clock.advance(5000);

    expect(calls.nominations).toEqual([]);
    expect(events.findLast(({ kind }) => kind === 'waiting')).toMatchObject({ why: '2 of 3 needed members answer' });
    await group.cluster.startMember('r4');
    expect(['r1', 'r2', 'r4']).toContain((await group.done(directory.ensureLeader())).id);
  });

  it('counts the majority of the present voters: the last one of three is enough', async () => {
    const group = await withGroup();
    const { directory } = directoryOf(group);
    await group.retire('r3');
    await group.retire('r2');
    await group.clock.until(() => votersOf(directory) === 'r1', 'the directory to know that r1 is alone');
    const leader = directory.current() as Leader;

    await group.cluster.crash('r1');
    directory.reportFailure(leader, new Error('reset'));
    await group.cluster.startMember('r1');
    const next = await group.done(directory.ensureLeader());

    expect(next.id).toBe('r1');
    expect(next.term).toBeGreaterThan(leader.term);
  });

  it('does not count learners: two of three voters are enough while two learners are down', async () => {
    const group = await withGroup();
    const { directory } = directoryOf(group);
    for (const learner of [group.cluster.newcomer(), group.cluster.newcomer()])
      await group.change(({ membership }) => membership.addLearner(learner));
    await group.clock.until(() => directory.members().length === 5, 'the directory to know the learners');
    const leader = directory.current() as Leader;

    await group.cluster.crash(leader.id);
    directory.reportFailure(leader, new Error('connect ECONNREFUSED'));
    const next = await group.done(directory.ensureLeader());

    expect(next.id).not.toBe(leader.id);
    expect(votersOf(directory)).toBe('r1 r2 r3');
  });

  it('neither believes nor nominates a removed replica that knows nothing of it and still answers', async () => {
    const group = await withGroup();
    const { directory, calls, events } = directoryOf(group);
    await group.done((await group.leader()).election.transferLeadership('r2').catch(() => undefined));
    await group.clock.until(() => group.cluster.leader?.id === 'r2', 'r2 to lead');
    // The highest priority of all, but cut off from the group, not from the directory.
    group.cluster.network.isolate('r3', group.cluster.ids);
    await group.change(({ membership }) => membership.remove('r3'));
    await group.clock.until(() => votersOf(directory) === 'r1 r2', 'the directory to know that r3 is out');
    const [learned, leader] = [directory.members(), directory.current() as Leader];

    await group.cluster.crash(leader.id);
    directory.reportFailure(leader, new Error('connect ECONNREFUSED'));
    await group.clock.advance(3000);

    expect(votersOf(directory)).toBe('r1 r2');
    expect(directory.members()).toBe(learned);
    expect(calls.nominations.filter((nominee) => nominee.startsWith('r3'))).toEqual([]);
    expect(events.findLast(({ kind }) => kind === 'waiting')).toMatchObject({ why: '1 of 2 needed members answer' });
    await group.cluster.startMember(leader.id);
    expect(['r1', 'r2']).toContain((await group.done(directory.ensureLeader())).id);
  });

  it('does not believe a change that only a leader that was cut off has in its log', async () => {
    const group = await withGroup();
    const { directory, events } = directoryOf(group);
    const first = await group.leader();
    await group.clock.until(() => directory.current() !== undefined, 'the directory to know it');
    const newcomer = group.cluster.newcomer();
    // So that it knows more than the directory was told last.
    await group.done(first.log.propose('a'));
    group.cluster.network.isolate(first.id, group.cluster.ids);

    const adding = first.membership.addLearner(newcomer).catch((error: Error) => error);
    await group.clock.until(() => first.membership.members().length === 4, 'the change to be in its log');
    await group.clock.until(
      () => directory.current()?.id !== first.id && directory.current() !== undefined,
      'another leader',
    );
    await group.clock.advance(2000);

    expect(events.filter(({ kind }) => kind === 'membersLearned')).toEqual([]);
    expect(directory.members().map(({ id }) => id)).toEqual(['r1', 'r2', 'r3']);
    expect(await group.done(adding)).toBeInstanceOf(Error);
  });

  it('leaves a leader that has been removed', async () => {
    const group = await withGroup();
    const { directory } = directoryOf(group);
    const leader = await group.done(directory.ensureLeader());

    await group.change(({ membership }) => membership.remove(leader.id));
    await group.clock.until(
      () => directory.current() !== undefined && directory.current()?.id !== leader.id,
      'another leader',
    );

    expect(votersOf(directory).split(' ')).not.toContain(leader.id);
    expect(directory.current()?.id).toBe(group.cluster.leader?.id);
  });

  it('begins again with the configured members when all that it has learned of are gone', async () => {
    const group = await withGroup();
    const { directory } = directoryOf(group, ['r1', 'r2', 'r3'], 0);
    for (let count = 0; count < 3; count++) await group.grow();
    await group.done(directory.checkLeader());
    for (const id of ['r1', 'r2', 'r3']) await group.retire(id);
    directory.reportFailure(directory.current() as Leader, new Error('reset'));
    await group.clock.until(() => votersOf(directory) === 'r4 r5 r6', 'the directory to know the second generation');
    // The directory has nobody to ask while the first generation comes back and the second one goes.
    for (const id of ['r1', 'r2', 'r3']) await group.join({ id, url: `http://${id}.invalid`, priority: 1 });
    for (const id of ['r4', 'r5', 'r6']) await group.retire(id);

    directory.reportFailure(directory.current() as Leader, new Error('connect ECONNREFUSED'));
    const leader = await group.done(directory.ensureLeader());

    expect(votersOf(directory)).toBe('r1 r2 r3');
    expect(leader.url).toBe(`http://configured-${leader.id}.invalid`);
  });

  it('knows the configured members as long as nobody says who belongs to the group, as earlier versions do', async () => {
    const group = await withGroup();
    const { directory, calls, events } = directoryOf(group);
    calls.tellsMembers = false;
    await group.grow();
    await group.clock.advance(2000);

    expect(votersOf(directory)).toBe('r1 r2 r3');
    expect(directory.current()?.id).toBe(group.cluster.leader?.id);
    expect(events.filter(({ kind }) => kind === 'membersLearned')).toEqual([]);
  });

  it('tells its subscribers of the log once, when the members or their kinds have changed', async () => {
    const group = await withGroup();
    const { events } = directoryOf(group);
    await group.clock.advance(1000);
    await group.grow();
    await group.clock.advance(5000);

    const learned = events.flatMap((event) =>
      event.kind === 'membersLearned' ? [event.members.map(({ id, kind }) => `${id} ${kind}`).join(', ')] : [],
    );
    expect(learned.at(-1)).toBe('r1 voter, r2 voter, r3 voter, r4 voter');
    expect(new Set(learned).size).toBe(learned.length);
  });
});
