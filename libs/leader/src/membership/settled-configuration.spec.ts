import { describe, expect, it } from '@jest/globals';
import type { LogIndex, Member, ReplicaId } from '@quorumkit/raft';
import { parseSettledConfiguration, settledConfigurationOf } from './settled-configuration.js';

const inTheLog: readonly Member[] = [
  { id: 'a' as ReplicaId, kind: 'voter', priority: 1, storeId: 0, context: 'http://a:8091' },
  { id: 'd' as ReplicaId, kind: 'learner', priority: 4, storeId: 2, context: 'https://d.example' },
];
const commitIndex = 40 as LogIndex;
const a = { id: 'a', url: 'http://a:8091', priority: 1, kind: 'voter' };
const d = { id: 'd', url: 'https://d.example', priority: 4, kind: 'learner' };

describe('settledConfigurationOf', () => {
  it('is the members as of the commit index', () => {
    expect(settledConfigurationOf({ commitIndex, pendingChange: undefined, members: inTheLog })).toEqual({
      asOfIndex: 40,
      members: [a, d],
    });
  });

  it('is nothing while the newest change may yet be taken back', () => {
    expect(settledConfigurationOf({ commitIndex, pendingChange: 41 as LogIndex, members: inTheLog })).toBeNull();
  });
});

describe('parseSettledConfiguration', () => {
  it('takes what another process says, as it was said', () => {
    const said = settledConfigurationOf({ commitIndex, pendingChange: undefined, members: inTheLog });

    expect(parseSettledConfiguration(JSON.parse(JSON.stringify(said)))).toEqual({ asOfIndex: 40, members: [a, d] });
  });

  it('takes two members at one address: the one that goes may have left it to the one that comes', () => {
    expect(parseSettledConfiguration({ asOfIndex: 1, members: [a, { ...d, url: a.url }] })).toMatchObject({
      asOfIndex: 1,
    });
  });

  it('keeps nothing but the origin, and no field that it does not know', () => {
    expect(parseSettledConfiguration({ asOfIndex: 1, members: [{ ...a, url: 'HTTP://A:80/', role: 'x' }] })).toEqual({
      asOfIndex: 1,
      members: [{ ...a, url: 'http://a' }],
    });
  });

  const urls = [
    'ftp://a',
    'file:///etc/passwd',
    'javascript:alert(1)',
    'http://a/path',
    'http://a/?q',
    'http://a/#f',
    'http://me:secret@a',
    'a:8091',
    '',
    `http://${'a'.repeat(1100)}`,
    7,
    undefined,
  ];
  it.each(urls)('refuses the address %p', (url) => {
    expect(parseSettledConfiguration({ asOfIndex: 1, members: [{ ...a, url }] })).toEqual({
      problem: expect.stringContaining('members[0].url: an http(s) origin is needed'),
    });
  });

  const refused: [string, unknown, RegExp][] = [
    ['nothing', null, /asOfIndex/],
    ['a list', [a], /asOfIndex/],
    ['a negative index', { asOfIndex: -1, members: [a] }, /asOfIndex: .* got -1/],
    ['an index that is none', { asOfIndex: 1e300, members: [a] }, /asOfIndex/],
    ['no members', { asOfIndex: 1, members: [] }, /1 to 31/],
    ['members that are no list', { asOfIndex: 1, members: { length: 1 } }, /1 to 31/],
    [
      'more members than a group can have',
      { asOfIndex: 1, members: Array.from({ length: 32 }, (_, id) => ({ ...a, id: `m${id}` })) },
      /1 to 31/,
    ],
    ['one id twice', { asOfIndex: 1, members: [a, { ...d, id: 'a' }] }, /members\[1\]\.id: a is used twice/],
    ['an id with a line break', { asOfIndex: 1, members: [{ ...a, id: 'a\nb' }] }, /members\[0\]\.id/],
    ['a fractional priority', { asOfIndex: 1, members: [{ ...a, priority: 1.5 }] }, /members\[0\]\.priority/],
    [
      'a kind that nobody knows',
      { asOfIndex: 1, members: [a, { ...d, kind: 'witness' }] },
      /members\[1\]\.kind: got "witness"/,
    ],
    ['a member that is none', { asOfIndex: 1, members: ['a'] }, /members\[0\]\.id/],
    ['learners only', { asOfIndex: 1, members: [d] }, /none of them is a voter/],
  ];
  it.each(refused)('refuses %s', (_, value, problem) => {
    expect(parseSettledConfiguration(value)).toEqual({ problem: expect.stringMatching(problem) });
  });
});
