import { describe, expect, it } from '@jest/globals';
import { cache, member, mute, view } from '../testing/views.js';
import { ago, leaderLine, leaseLine, logFacts, memberFacts, servingLine, standingOf } from './words.js';

describe('the words of the lab page', () => {
  it.each([
    [member({ role: 'leader' }), { badge: 'leader', tone: 'leads' }],
    [member(), { badge: 'follower', tone: 'follows' }],
    [member({ role: 'preCandidate' }), { badge: 'asks for votes', tone: 'campaigns' }],
    [member({ role: 'stopped', term: 0 }), { badge: 'not open', tone: 'campaigns' }],
    [member({ role: 'witness' }), { badge: 'witness', tone: 'campaigns' }],
    [mute('order-1', 'gone'), { badge: 'gone', tone: 'dead' }],
    [mute('order-1', 'silent'), { badge: 'no answer', tone: 'dead' }],
  ])('give %j a badge', (subject, standing) => {
    expect(standingOf(subject)).toEqual(standing);
  });

  it('say what a member is, whom it follows and what it lacks', () => {
    const group = view().replicas;

    expect(memberFacts(member(), group)).toEqual(['term 4', 'priority 1', 'follows order-3']);
    expect(memberFacts(member({ role: 'leader', priority: 3 }), group)).toEqual(['term 4', 'priority 3']);
    expect(memberFacts(member({ kind: 'learner', leader: null, lastLogIndex: 19, isDiskFull: true }), group)).toEqual([
      'term 4',
      'priority 1',
      'learner',
      'knows no leader',
      '1 entry behind',
      'its disk is full',
    ]);
    expect(memberFacts(mute('order-1', 'gone'), group)).toEqual(['Refuses connections: dead, or cut off.']);
    expect(memberFacts(member({ role: 'stopped', lastLogIndex: 0 }), group)).toEqual(['Its log is not open.']);
    expect(logFacts(member({ appliedIndex: null }))).toEqual(['log 20', 'committed 20']);
  });

  it('say who leads and by whose leave the cache answers', () => {
    expect(leaderLine(view({ leader: { id: 'order-2', term: 9 } }))).toBe('order-2 leads in term 9');
    expect(leaderLine(view({ leader: null }))).toBe('frontend-1 knows no leader: its orders wait');
    expect(leaseLine(cache())).toBe('Lease of epoch 3 in force, 1.6 s left');
    expect(leaseLine(cache({ isLeaseInForce: false }))).toMatch(/^No lease/);
  });

  it('say what a request would meet, with the reason', () => {
    const explained = { name: 'tux', because: 'It is so.', version: null, floor: '0.0', ageMs: null, pastRequests: [] };

    expect(servingLine({ ...explained, wouldServe: 'load' })).toBe('A request would be a miss. It is so.');
  });

  it.each([
    [40, '0 s'],
    [460, '0.5 s'],
    [8_400, '8 s'],
    [120_000, '2 min'],
    [7_200_000, '2 h'],
  ])('give %d ms as %s', (ms, text) => {
    expect(ago(ms)).toBe(text);
  });
});
