import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parseToys } from './toys-csv.js';

const problemsOf = (text: string): readonly string[] => {
  const file = parseToys(text);
  return file.kind === 'invalid' ? file.problems.map(({ where, wanted }) => `${where} must be ${wanted}`) : [];
};

describe('parseToys', () => {
  it('reads names, quantities and prices in the order of the file', () => {
    const file = parseToys('name,quantity,price\ntux,100,25.99\nyo-yo,0,4\n');

    expect(file).toEqual({
      kind: 'valid',
      toys: [
        { name: 'tux', quantity: 100, priceCents: 2599 },
        { name: 'yo-yo', quantity: 0, priceCents: 400 },
      ],
    });
  });

  it('takes a byte order mark, CRLF, quotes and another order of columns', () => {
    const file = parseToys('\uFEFFprice,name,quantity\r\n"25.99","tux",100\r\n\r\n');

    expect(file).toEqual({ kind: 'valid', toys: [{ name: 'tux', quantity: 100, priceCents: 2599 }] });
  });

  it('lists everything that is wrong at once', () => {
    const problems = problemsOf(
      'name,quantity,price\ntux,100,25.99\n=cmd,-5,1.005\ntux,1.5,free\nfox,3\n\nowl,1,1,1\n',
    );

    expect(problems.map((problem) => problem.replace(/ must .*/, ''))).toEqual([
      'line 3: name "=cmd"',
      'line 3: quantity "-5"',
      'line 3: price "1.005"',
      'line 4: name "tux"',
      'line 4: quantity "1.5"',
      'line 4: price "free"',
      'line 5: 2 cells',
      'line 7: 4 cells',
    ]);
  });

  it('finds duplicates that differ only in their Unicode form', () => {
    expect(problemsOf('name,quantity,price\ncaf\u00e9,1,1\ncafe\u0301,1,1\n')).toEqual([
      'line 3: name "cafe\u0301" must be different from that of line 2',
    ]);
  });

  it.each([
    ['an empty file', '', /header "" must be name,quantity,price/],
    ['a missing header', 'tux,100,25.99\n', /header "tux,100,25.99" must be/],
    ['a column too many', 'name,quantity,price,colour\n', /header/],
    ['no product', 'name,quantity,price\n', /0 products must be/],
    ['a quote that never ends', 'name,quantity,price\n"tux,100,25.99\n', /quote/i],
  ])('refuses %s', (_what, text, problem) => {
    expect(problemsOf(text).join('\n')).toMatch(problem);
  });

  it('takes the stock that comes with the store: the ten toys of the shop and 100 of each', () => {
    const file = parseToys(readFileSync(new URL('../../../../data/toys.csv', import.meta.url), 'utf8'));

    const toys = file.kind === 'valid' ? file.toys : [];
    expect(toys.map((toy) => toy.name)).toEqual(
      expect.arrayContaining('tux whale fox elephant dolphin monopoly lego marbles frisbee bicycle'.split(' ')),
    );
    expect(new Set(toys.map((toy) => toy.quantity))).toEqual(new Set([100]));
  });
});
