import { describe, expect, it } from '@jest/globals';
import type { GroupMember } from '../membership/membership.js';
import { everybodyIn, type KnownMembers, learnMembers, membersAtFirst, votersIn } from './known-members.js';

const configured = [1, 2, 3].map((number) => ({ id: `r${number}`, url: `http://proxy:${number}`, priority: number }));

/** `r4 r5:learner` and the like. */
function membersOf(words: string): readonly GroupMember[] {
  return words.split(' ').map((word) => {
    const [id = '', kind = 'voter'] = word.split(':');
    return { id, url: `http://${id}`, priority: Number(id.slice(1)), kind: kind as GroupMember['kind'] };
  });
}

const learn = (known: KnownMembers, asOfIndex: number, words: string): KnownMembers =>
  learnMembers(known, { asOfIndex, members: membersOf(words) });
const idsOf = (members: readonly { readonly id: string }[]): string => members.map(({ id }) => id).join(' ');

describe('the members that a directory knows', () => {
  const first = membersAtFirst(configured);

  it('are at first the configured ones, all of them voters', () => {
    expect(first.members).toEqual(configured.map((member) => ({ ...member, kind: 'voter' })));
    expect(idsOf(votersIn(first))).toBe('r1 r2 r3');
  });

  it('become those that the group has, with their addresses, priorities and kinds', () => {
    const known = learn(first, 10, 'r2 r4 r5:learner');

    expect(known.members.slice(1)).toEqual(membersOf('r4 r5:learner'));
    expect(known.asOfIndex).toBe(10);
  });

  it('keep the configured address, and take the priority of the group', () => {
    const told = { id: 'r2', url: 'http://r2', priority: 77, kind: 'voter' as const };

    expect(learnMembers(first, { asOfIndex: 10, members: [told] }).members).toEqual([
      { ...told, url: 'http://proxy:2' },
    ]);
  });

  const older: [string, number][] = [
    ['a replica that lags', 9],
    ['a removed replica, which knows as much as it was told last', 19],
    ['a joining replica that has no log yet', 0],
    ['somebody who says the same moment', 20],
  ];
  it.each(older)('do not change by the word of %s', (_, asOfIndex) => {
    const known = learn(first, 20, 'r3 r4 r5');

    expect(learn(known, asOfIndex, 'r1 r2 r3')).toBe(known);
  });

  it('are the configured ones until somebody has committed anything', () => {
    expect(learn(first, 0, 'r1 r9')).toBe(first);
  });

  it('come to the same in whatever order the answers arrive', () => {
    const history: [number, string][] = [
      [5, 'r1 r2 r3'],
      [12, 'r1 r2 r3 r4:learner'],
      [20, 'r1 r2 r3 r4'],
      [31, 'r2 r3 r4'],
    ];

    const ends = permutationsOf(history).map((told) =>
      told.reduce((known, [index, words]) => learn(known, index, words), first),
    );

    expect(new Set(ends.map(({ asOfIndex, members }) => `${asOfIndex}: ${idsOf(members)}`))).toEqual(
      new Set(['31: r2 r3 r4']),
    );
  });

  it('stay the same list when only time has passed', () => {
    const known = learn(first, 20, 'r3 r4:learner');

    const later = learn(known, 900, 'r3 r4:learner');

    expect(later.asOfIndex).toBe(900);
    expect(later.members).toBe(known.members);
    expect(learn(later, 901, 'r3 r4').members).not.toBe(known.members);
  });

  it('have voters, whose majority counts, and others', () => {
    expect(idsOf(votersIn(learn(first, 20, 'r3 r4:learner r5:returning r6')))).toBe('r3 r6');
  });

  it('are asked with the configured ones, which may know more when all others are gone, each once', () => {
    const known = learn(first, 20, 'r3 r4:learner r5');

    expect(idsOf(everybodyIn(known))).toBe('r3 r4 r5 r1 r2');
    expect(everybodyIn(known).find(({ id }) => id === 'r1')).toEqual(configured[0]);
  });

  it('do not pile up: whoever is neither in the group nor configured is forgotten', () => {
    let known = first;
    for (let round = 1; round <= 100; round++) known = learn(known, round, `r${round + 3} r${round + 4}`);

    expect(idsOf(everybodyIn(known))).toBe('r103 r104 r1 r2 r3');
  });
});

function permutationsOf<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item, position) => permutationsOf(items.toSpliced(position, 1)).map((rest) => [item, ...rest]));
}
