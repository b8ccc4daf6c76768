import { describe, expect, it } from '@jest/globals';
import { type LeaderDecision, decideLeader } from './decide-leader.js';
import { type MemberReply, parseMemberStatus } from './member-status.js';

const voters = [1, 2, 3].map((priority) => ({ id: `r${priority}`, priority }));

/** `leader 5 3` and the like: role, term, last index; further words set the rest. */
function says(id: string, words: string): MemberReply {
  const [role = '', term = '0', index = '0', ...more] = words.split(' ');
  const option = (name: string): string | undefined =>
    more.find((word) => word.startsWith(`${name}=`))?.slice(name.length + 1);
  const follows = role === 'leader' ? id : option('follows');
  return {
    kind: 'status',
    status: {
      id,
      role,
      term: Number(term),
      leader: follows,
      inOffice: role === 'leader' && !more.includes('entering'),
      lastLogIndex: Number(index),
      lastLogTerm: Number(option('logTerm') ?? 1),
      history: 'some',
      leaderContactAgeMs: Number(option('heard') ?? (follows === undefined ? Infinity : 50)),
      configuration: null,
    },
  };
}

const gone: MemberReply = { kind: 'gone', why: 'refused' };
const silent: MemberReply = { kind: 'silent', why: 'timeout' };

function decide(replies: Record<string, MemberReply>, newestTerm = 0): LeaderDecision {
  return decideLeader({ voters, replies: new Map(Object.entries(replies)), newestTerm, believedMs: 200 });
}

describe('decideLeader', () => {
  const adopted: [string, Record<string, MemberReply>, string, number, string[]][] = [
    [
      'all follow',
      {
        r1: says('r1', 'follower 4 9 follows=r3'),
        r2: says('r2', 'follower 4 9 follows=r3'),
        r3: says('r3', 'leader 4 9'),
      },
      'r3',
      4,
      [],
    ],
    [
      'a majority follows, one is gone',
      { r1: gone, r2: says('r2', 'follower 4 9 follows=r3'), r3: says('r3', 'leader 4 9') },
      'r3',
      4,
      [],
    ],
    [
      'a majority follows, one has not answered yet',
      { r2: says('r2', 'follower 4 9 follows=r3'), r3: says('r3', 'leader 4 9') },
      'r3',
      4,
      [],
    ],
    [
      'one does not know it yet',
      { r1: says('r1', 'follower 3 9'), r2: says('r2', 'follower 4 9 follows=r3'), r3: says('r3', 'leader 4 9') },
      'r3',
      4,
      ['r1'],
    ],
    [
      'the old leader still believes in itself',
      { r1: says('r1', 'follower 5 9 follows=r2'), r2: says('r2', 'leader 5 9'), r3: says('r3', 'leader 4 9') },
      'r2',
      5,
      ['r3'],
    ],
  ];
  it.each(adopted)('adopts the leader when %s', (_, replies, leader, term, unaware) => {
    expect(decide(replies)).toEqual({ kind: 'adopt', leader, term, unaware });
  });

  const nominated: [string, Record<string, MemberReply>, string[]][] = [
    [
      'all have just booted',
      { r1: says('r1', 'follower 0 0'), r2: says('r2', 'follower 0 0'), r3: says('r3', 'follower 0 0') },
      ['r3', 'r2', 'r1'],
    ],
    [
      'the highest priority is gone',
      { r1: says('r1', 'follower 4 9'), r2: says('r2', 'follower 4 9'), r3: gone },
      ['r2', 'r1'],
    ],
    [
      'the highest priority has an empty log',
      { r1: says('r1', 'follower 4 9'), r2: says('r2', 'follower 4 9'), r3: says('r3', 'follower 0 0 logTerm=0') },
      ['r2', 'r1'],
    ],
    [
      'one of two who answer has the longer log',
      { r1: says('r1', 'follower 4 9'), r2: says('r2', 'follower 4 8'), r3: gone },
      ['r1'],
    ],
    [
      'the second longest log can win with the shortest',
      { r1: says('r1', 'follower 4 7'), r2: says('r2', 'follower 4 8'), r3: says('r3', 'follower 4 9') },
      ['r3', 'r2'],
    ],
    [
      'a later term outweighs a longer log',
      { r1: says('r1', 'follower 4 5 logTerm=4'), r2: says('r2', 'follower 4 9 logTerm=3'), r3: gone },
      ['r1'],
    ],
    [
      'the leader hangs and the others have not heard from it',
      {
        r1: says('r1', 'follower 4 9 follows=r3 heard=300'),
        r2: says('r2', 'follower 4 9 follows=r3 heard=250'),
        r3: silent,
      },
      ['r2', 'r1'],
    ],
    [
      'the highest priority has been promoted and does not know it yet, so that it would not campaign',
      { r1: says('r1', 'follower 4 9'), r2: says('r2', 'follower 4 9'), r3: says('r3', 'learner 4 9') },
      ['r2', 'r1'],
    ],
    [
      'a leader has lost its quorum',
      { r1: says('r1', 'follower 4 9'), r2: says('r2', 'follower 4 9'), r3: says('r3', 'leader 4 9 heard=700') },
      ['r3', 'r2', 'r1'],
    ],
  ];
  it.each(nominated)('nominates by priority among those who can win when %s', (_, replies, candidates) => {
    expect(decide(replies)).toMatchObject({ kind: 'nominate', candidates });
  });

  const waited: [string, Record<string, MemberReply>, number, RegExp][] = [
    ['a minority answers', { r1: says('r1', 'follower 4 9'), r2: gone, r3: silent }, 0, /1 of 2 needed members answer/],
    [
      'a leader alone claims to lead',
      { r3: says('r3', 'leader 4 9'), r2: silent, r1: silent },
      0,
      /1 of 2 needed members follow/,
    ],
    [
      'the followers hear a leader that does not answer here',
      { r1: says('r1', 'follower 4 9 follows=r3'), r2: says('r2', 'follower 4 9 follows=r3'), r3: silent },
      0,
      /only 0 of 2/,
    ],
    [
      'somebody campaigns already',
      { r1: says('r1', 'follower 4 9'), r2: says('r2', 'candidate 5 9'), r3: gone },
      0,
      /r2 is campaigning/,
    ],
    [
      'the new leader is taking office',
      {
        r1: says('r1', 'follower 4 9 follows=r3'),
        r2: says('r2', 'follower 4 9 follows=r3'),
        r3: says('r3', 'leader 4 9 entering'),
      },
      0,
      /taking office/,
    ],
    [
      'replicas are stopping',
      { r1: says('r1', 'stopped 0 0'), r2: says('r2', 'stopped 0 0'), r3: says('r3', 'follower 4 9') },
      0,
      /1 of 2 needed members answer/,
    ],
    ['nobody answers', {}, 0, /0 of 2/],
  ];
  it.each(waited)('waits while %s', (_, replies, newestTerm, why) => {
    expect(decide(replies, newestTerm)).toMatchObject({ kind: 'wait', why: expect.stringMatching(why) });
  });

  it('never goes back to a leader of an older term', () => {
    const old = {
      r1: says('r1', 'follower 4 9 follows=r3'),
      r2: says('r2', 'follower 4 9 follows=r3'),
      r3: says('r3', 'leader 4 9'),
    };

    expect(decide(old, 5).kind).toBe('wait');
  });

  describe('counts voters only', () => {
    const five = ['r1', 'r2', 'r3', 'r4', 'r5'].map((id, position) => ({ id, priority: position + 1 }));
    const decideFor = (ids: readonly string[], replies: Record<string, MemberReply>): LeaderDecision =>
      decideLeader({
        voters: five.filter(({ id }) => ids.includes(id)),
        replies: new Map(Object.entries(replies)),
        newestTerm: 0,
        believedMs: 200,
      });

    it('when somebody who is none answers with the highest priority and the longest log', () => {
      const replies = {
        r1: says('r1', 'follower 4 9'),
        r2: says('r2', 'follower 4 9'),
        r5: says('r5', 'follower 6 12 logTerm=6'),
      };

      expect(decideFor(['r1', 'r2', 'r3'], replies)).toEqual({
        kind: 'nominate',
        candidates: ['r2', 'r1'],
        observedTerm: 4,
        reachable: ['r1', 'r2'],
      });
    });

    it('when somebody who is none claims to lead, and is followed by others of that time', () => {
      const replies = {
        r1: says('r1', 'leader 4 9'),
        r2: says('r2', 'follower 4 9 follows=r1'),
        r3: says('r3', 'follower 4 9 follows=r1'),
        r4: says('r4', 'follower 4 9'),
      };

      expect(decideFor(['r3', 'r4', 'r5'], replies)).toMatchObject({ kind: 'wait' });
    });

    const majorities: [string, string, string[], string[], string][] = [
      ['waits for', 'three of five', ['r1', 'r2', 'r3', 'r4', 'r5'], ['r1', 'r2'], 'wait'],
      ['takes', 'three of five', ['r1', 'r2', 'r3', 'r4', 'r5'], ['r1', 'r2', 'r5'], 'adopt'],
      ['takes', 'two of two', ['r1', 'r2'], ['r1', 'r2'], 'adopt'],
      ['waits for', 'two of two', ['r1', 'r2'], ['r1', 'r3', 'r4'], 'wait'],
      ['takes', 'one of one', ['r1'], ['r1'], 'adopt'],
    ];
    it.each(majorities)('and %s %s', (_, _majority, voting, answering, kind) => {
      const replies = Object.fromEntries(
        answering.map((id) => [id, says(id, id === 'r1' ? 'leader 4 9' : 'follower 4 9 follows=r1')]),
      );

      expect(decideFor(voting, replies).kind).toBe(kind);
    });
  });

  it('tells nominees the newest term that anybody has seen', () => {
    expect(decide({ r1: says('r1', 'follower 7 9'), r2: says('r2', 'follower 4 9') }, 2)).toMatchObject({
      observedTerm: 7,
    });
  });
});

describe('parseMemberStatus', () => {
  const status = {
    id: 'r1',
    term: 3,
    role: 'follower',
    leader: { id: 'r2', url: 'x' },
    lastLogIndex: 5,
    lastLogTerm: 2,
    history: 'some',
    leaderContactAgeMs: 7,
    inOffice: false,
  };

  it('takes what it needs', () => {
    expect(parseMemberStatus('r1', status)).toEqual({
      id: 'r1',
      term: 3,
      role: 'follower',
      leader: 'r2',
      inOffice: false,
      lastLogIndex: 5,
      lastLogTerm: 2,
      history: 'some',
      leaderContactAgeMs: 7,
      configuration: null,
    });
  });

  it('takes who the members are', () => {
    const members = [{ id: 'r4', url: 'http://r4:81/', priority: 4, kind: 'voter' }];

    expect(parseMemberStatus('r1', { ...status, configuration: { asOfIndex: 12, members } })?.configuration).toEqual({
      asOfIndex: 12,
      members: [{ ...members[0], url: 'http://r4:81' }],
    });
  });

  it('takes the rest where it cannot use what is said about the members, and says why', () => {
    const members = [{ id: 'r4', url: 'file:///etc/passwd', priority: 4, kind: 'voter' }];

    expect(parseMemberStatus('r1', { ...status, configuration: { asOfIndex: 12, members } })).toMatchObject({
      term: 3,
      configuration: null,
      configurationProblem: expect.stringContaining('members[0].url'),
    });
  });

  const unusable: [string, unknown][] = [
    ['another member', { ...status, id: 'r9' }],
    ['a negative term', { ...status, term: -1 }],
    ['no role', { ...status, role: undefined }],
    ['a fractional index', { ...status, lastLogIndex: 1.5 }],
    ['a string', 'status'],
    ['nothing', null],
  ];
  it.each(unusable)('refuses %s', (_, json) => {
    expect(parseMemberStatus('r1', json)).toBeUndefined();
  });
});
