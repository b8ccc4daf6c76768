import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { LeaderDirectory } from '../directory/leader-directory.js';
import { HttpMemberCalls, type MemberCalls } from '../directory/member-calls.js';
import type { DirectoryEvent } from '../directory/directory-options.js';
import { NominatedGroup, type NominatedMember, until } from './testing/nominated-group.js';

let group: NominatedGroup;
const closing: (() => Promise<void>)[] = [];

/** n3 leads. */
async function setUp(heartbeatIntervalMs: number): Promise<void> {
  group = await NominatedGroup.start({
    heartbeatIntervalMs,
    adapter: () => new FastifyAdapter({ forceCloseConnections: true }),
  });
  await group.member('n3').nominate(0, 'n3');
  await until('n3 to lead', () => group.leader()?.id === 'n3');
}

afterEach(async () => {
  for (const close of closing.splice(0)) await close();
  await group.stop();
  expect(group.members.flatMap(({ fatalErrors }) => fatalErrors)).toEqual([]);
}, 60_000);

const terms = (members = group.members): number[] => members.map(({ election }) => election.state().term);

describe('nominations while the leader lives', () => {
  // Longer than any stall of a machine: in that time the leader is believed to live, whatever is said about it.
  beforeEach(() => setUp(10_000), 60_000);

  const perSender = 800;
  const inFlight = 16;

  /** What somebody would send who is wrong, behind, or hostile: one after the other, to everybody in turn. */
  async function flood(sender: number, term: number, tally: Map<string, number>): Promise<void> {
    const bodies = [
      { observedTerm: 0, nominee: 'n1' },
      { observedTerm: term, nominee: 'n1' },
      { observedTerm: term, nominee: 'n2', suspect: 'n3' },
      { observedTerm: term, nominee: 'n3' },
      { observedTerm: term + 1000, nominee: 'n2' },
      { observedTerm: Number.MAX_SAFE_INTEGER, nominee: 'n1' },
      { observedTerm: term, nominee: 'n9' },
    ];
    let next = sender;
    const send = async (): Promise<void> => {
      for (let number = next++; number < sender + perSender; number = next++) {
        const member = group.members[number % 3] as NominatedMember;
        const response = await member.post(bodies[number % bodies.length] as object);
        const { accepted } = (await response.json()) as { accepted?: boolean };
        const answer = `${response.status}${accepted === undefined ? '' : accepted ? ' accepted' : ' refused'}`;
        tally.set(answer, (tally.get(answer) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: inFlight }, send));
  }

  it('a flood of them from two senders moves no term, starts no campaign, and costs no proposal', async () => {
    const leader = group.member('n3');
    const [term = 0] = terms();
    const { lastLogIndex } = leader.election.state();
    for (const { sent } of group.members) sent.clear();
    const tally = new Map<string, number>();
    const results: number[] = [];
    let flooding = true;
    const propose = async (): Promise<void> => {
      while (flooding || results.length < 100) results.push((await leader.log.propose(1)).result);
    };

    const proposing = propose();
    await Promise.all([flood(0, term, tally), flood(1, term, tally)]);
    flooding = false;
    await proposing;

    expect([...tally.keys()].sort()).toEqual(['200 refused', '400']);
    expect([...tally.values()].reduce((sum, count) => sum + count, 0)).toBe(2 * perSender);
    expect(terms()).toEqual([term, term, term]);
    expect(group.leader()?.id).toBe('n3');
    expect(results).toEqual(results.map((_, offset) => offset + 1));
    // Nothing is kept of them: no entry, no message between members but those of the proposals, nobody who waits.
    expect(leader.election.state().lastLogIndex - lastLogIndex).toBe(results.length);
    const said = new Set(group.members.flatMap(({ sent }) => [...sent]));
    for (const kind of ['preVoteRequest', 'voteRequest', 'timeoutNowRequest']) expect(said).not.toContain(kind);
  }, 60_000);
});

/** An election whose votes were split is followed by one that they agree upon more often than not: see `deferTo`. */
const termsMax = 8;

/** A directory's calls over HTTP, but n3 does not answer, and nobody but `nominee` and whoever leads may be nominated. */
function onlyFor(nominee: string): MemberCalls {
  const real = new HttpMemberCalls('counter', 'none');
  return {
    status: async (member, timeoutMs) => {
      if (member.id === 'n3') return { kind: 'silent', why: 'it is paused' };
      const reply = await real.status(member, timeoutMs);
      if (reply.kind !== 'status' || reply.status.role === 'leader' || member.id === nominee) return reply;
      return { kind: 'status', status: { ...reply.status, role: 'learner' } };
    },
    nominate: (member, nomination, timeoutMs) => real.nominate(member, nomination, timeoutMs),
    hint: (member, hint, timeoutMs) => real.hint(member, hint, timeoutMs),
    close: () => real.close(),
  };
}

describe('nominations when the leader is gone', () => {
  const heartbeatIntervalMs = 500;
  beforeEach(() => setUp(heartbeatIntervalMs), 60_000);

  /** n3 hears and says nothing any more, and the others have not heard from it for longer than they would believe in it. */
  async function leaderGone(): Promise<readonly [NominatedMember, NominatedMember]> {
    const [first, second, third] = group.members as [NominatedMember, NominatedMember, NominatedMember];
    await third.log.propose(1);
    await until('all to have it', () => group.members.every(({ election }) => election.state().appliedIndex >= 2));
    group.silenced.add('n3');
    for (const { clock } of [first, second]) clock.jump(2 * heartbeatIntervalMs + 1);
    return [first, second];
  }

  it('a stale one does nothing, a right one elects: one term later, without waiting for an election timeout', async () => {
    const [first, second] = await leaderGone();
    const [term = 0] = terms();
    for (const { sent } of group.members) sent.clear();

    for (const member of [first, second])
      for (const observedTerm of [0, term - 1])
        for (const nominee of ['n1', 'n2'])
          expect(await member.nominate(observedTerm, nominee)).toMatchObject({
            accepted: false,
            why: `the observation is of term ${observedTerm}, this replica is in term ${term}`,
            leader: { id: 'n3' },
            role: 'follower',
          });
    expect([terms(), first.sent.has('preVoteRequest'), second.sent.has('preVoteRequest')]).toEqual([
      [term, term, term],
      false,
      false,
    ]);

    expect(await second.nominate(term, 'n1')).toMatchObject({ accepted: true, leader: null });
    expect(await first.nominate(term, 'n1')).toMatchObject({ accepted: true });
    await until('n1 to lead', () => group.leader([first, second]) === first);

    expect(terms([first, second])).toEqual([term + 1, term + 1]);
    expect((await first.log.propose(1)).result).toBe(2);
    group.silenced.clear();
    await first.log.propose(1);
    await until('n3 to follow', () => group.leader() === first);
  }, 120_000);

  it('those with terms of the far future make the next term, no later one, and one campaign in an election timeout', async () => {
    const [first, second] = await leaderGone();
    const [term = 0] = terms();
    await second.nominate(term + 1000, 'n1');

    // Alone it cannot win, so each of them finds it in the same state.
    group.silenced.add('n2');

    const answers = [];
    for (let count = 0; count < 20; count++) answers.push(await first.nominate(Number.MAX_SAFE_INTEGER, 'n1'));
    group.silenced.delete('n2');
    await until('n1 to lead', () => group.leader([first, second]) === first);

    expect(answers.map(({ accepted }) => accepted)).toEqual([true, ...Array.from({ length: 19 }, () => false)]);
    expect(answers.at(-1)?.why).toBe('nominated less than 60000 ms ago');
    expect(terms([first, second])).toEqual([term + 1, term + 1]);
  }, 120_000);

  it('two directories that nominate different members end with one leader, in few terms', async () => {
    const [first, second] = await leaderGone();
    const [term = 0] = terms();
    const nominated: string[] = [];
    const directoryFor = (nominee: string): LeaderDirectory => {
      const trace = (event: DirectoryEvent): void => {
        if (event.kind === 'nominated') nominated.push(event.nominee);
      };
      const directory = new LeaderDirectory(
        { group: 'counter', members: group.members.map(({ options }) => options), auth: 'none', trace },
        { calls: onlyFor(nominee) },
      );
      closing.push(() => directory.close());
      directory.start();
      return directory;
    };

    const directories = ['n1', 'n2'].map(directoryFor);
    await until('both to know one leader', () => {
      const [one, other] = directories.map((directory) => directory.current());
      return one !== undefined && other !== undefined && one.term === other.term;
    });

    const leaders = directories.map((directory) => directory.current());
    expect(leaders[1]).toEqual(leaders[0]);
    expect(group.leader([first, second])?.id).toBe(leaders[0]?.id);
    // Each member takes one nomination in an election timeout, and after a split vote the members agree among themselves.
    expect(nominated.length).toBeLessThanOrEqual(2);
    expect(leaders[0]?.term).toBeGreaterThan(term);
    expect(leaders[0]?.term).toBeLessThanOrEqual(term + termsMax);
    const leader = group.member(leaders[0]?.id ?? '');
    expect((await leader.log.propose(1)).result).toBe(2);
    group.silenced.clear();
    await leader.log.propose(1);
    await until('n3 to follow', () => group.leader() === leader);
  }, 120_000);
});
