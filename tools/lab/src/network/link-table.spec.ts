import { describe, expect, it } from '@jest/globals';
import { addCut, cutsOf, fateOf, isCut, removeCuts, wholeNetwork, type Cut, type LinkFate } from './link-table.js';

const whole: LinkFate = { refused: false, forwardHeld: false, backHeld: false };
const cut = (a: string, b: string, how: Partial<Cut> = {}): Cut => ({ a, b, oneWay: false, refuse: false, ...how });
const tableOf = (...cuts: readonly Cut[]) => cuts.reduce(addCut, wholeNetwork);

describe('fateOf', () => {
  it.each<[string, Cut, LinkFate, LinkFate]>([
    [
      'a cut holds both directions of every connection',
      cut('a', 'b'),
      { ...whole, forwardHeld: true, backHeld: true },
      { ...whole, forwardHeld: true, backHeld: true },
    ],
    [
      "a one-way cut holds a's requests, and a's answers to b",
      cut('a', 'b', { oneWay: true }),
      { ...whole, forwardHeld: true },
      { ...whole, backHeld: true },
    ],
    [
      'a refusal refuses the connections of both',
      cut('a', 'b', { refuse: true }),
      { ...whole, refused: true },
      { ...whole, refused: true },
    ],
    [
      'a one-way refusal leaves the connections of b alone',
      cut('a', 'b', { refuse: true, oneWay: true }),
      { ...whole, refused: true },
      whole,
    ],
  ])('%s', (_, fault, fromA, fromB) => {
    const table = tableOf(fault);

    expect(fateOf(table, { from: 'a', to: 'b' })).toEqual(fromA);
    expect(fateOf(table, { from: 'b', to: 'a' })).toEqual(fromB);
    expect(fateOf(table, { from: 'a', to: 'c' })).toEqual(whole);
    expect(fateOf(table, { from: 'c', to: 'b' })).toEqual(whole);
  });
});

describe('cutsOf', () => {
  it('lists what was cut, the oldest first', () => {
    const cuts = [cut('c', 'a'), cut('a', 'b', { oneWay: true }), cut('b', 'c', { refuse: true })];

    expect(cutsOf(tableOf(...cuts))).toEqual(cuts);
  });

  it('takes two one-way cuts of one kind for what they are together', () => {
    expect(cutsOf(tableOf(cut('a', 'b', { oneWay: true }), cut('b', 'a', { oneWay: true })))).toEqual([cut('a', 'b')]);
  });

  it('keeps two directions that are broken differently apart', () => {
    const cuts = [cut('a', 'b', { oneWay: true }), cut('b', 'a', { oneWay: true, refuse: true })];

    expect(cutsOf(tableOf(...cuts))).toEqual(cuts);
  });
});

describe('addCut', () => {
  it('replaces the fault of a direction that was broken before', () => {
    expect(cutsOf(tableOf(cut('a', 'b'), cut('b', 'a', { refuse: true })))).toEqual([cut('b', 'a', { refuse: true })]);
  });

  it('leaves the other direction cut when one is cut again', () => {
    const table = tableOf(cut('a', 'b'), cut('a', 'b', { oneWay: true }));

    expect(fateOf(table, { from: 'a', to: 'b' })).toEqual({ ...whole, forwardHeld: true, backHeld: true });
  });
});

describe('removeCuts', () => {
  const table = tableOf(cut('a', 'b'), cut('a', 'c', { oneWay: true }));

  it('heals both directions of the pair, in whatever order it is named, and nothing else', () => {
    expect(cutsOf(removeCuts(table, { a: 'b', b: 'a' }))).toEqual([cut('a', 'c', { oneWay: true })]);
    expect(isCut(removeCuts(table, { a: 'b', b: 'a' }), { a: 'a', b: 'b' })).toBe(false);
    expect(isCut(table, { a: 'c', b: 'a' })).toBe(true);
  });

  it('heals everything when no pair is named', () => {
    expect(removeCuts(table)).toEqual([]);
  });
});
