import { describe, expect, it } from '@jest/globals';
import { IsString } from 'class-validator';
import * as fc from 'fast-check';

import { CatalogAudit } from '../audit/catalog-audit.js';
import { OrderAudit } from '../audit/order-audit.js';
import { DebitBatch, DebitResults } from '../debits/debit.js';
import { OrdersPage } from '../orders/order-view.js';
import { OrderPlacedAnswer, PlaceOrderBody } from '../orders/place-order.js';
import { ProductList } from '../products/product-view.js';
import { StockView } from '../products/stock-view.js';

import { buildMessage } from './build-message.js';
import { fieldProblemsMax, parseDto, parseWithClassValidator } from './parse-dto.js';
import type { MessageClass } from './property-spec.js';

const valid: readonly [MessageClass, object][] = [
  [PlaceOrderBody, { name: 'tux', quantity: 3 }],
  [OrderPlacedAnswer, { data: { order_number: 0 } }],
  [ProductList, { data: [{ name: 'tux', price: 25.99, quantity: 100 }] }],
  [StockView, { name: 'tux', priceCents: 2599, quantity: 0, epoch: 4, sequence: 9 }],
  [OrdersPage, { orders: [{ number: 0, name: 'tux', quantity: 3 }], commitIndex: 4, appliedIndex: 4, more: false }],
  [DebitBatch, { term: 1, settledThrough: 0, debits: [{ intent: 1, name: 'tux', quantity: 3 }] }],
  [DebitResults, { results: [{ intent: 1, outcome: 'sold', costCents: 7797 }] }],
  [
    OrderAudit,
    {
      replica: 'order-1',
      role: 'leader',
      term: 3,
      leader: null,
      lastLogIndex: 9,
      commitIndex: 9,
      appliedIndex: 9,
      orders: 1,
      openIntents: 0,
      settledThrough: 4,
      hash: 'ab',
      soldDigest: '00000000000000ff',
      soldByProduct: [{ name: 'tux', quantity: 3 }],
    },
  ],
  [
    CatalogAudit,
    {
      epoch: 1,
      sequence: 2,
      products: [{ name: 'tux', initial: 100, restocked: 0, sold: 3, current: 97 }],
      soldDebits: 1,
      soldDigest: '00000000000000ff',
    },
  ],
];

describe('parseDto', () => {
  it.each(valid.map(([type, value]) => [type.name, type, value] as const))(
    'reads a valid %s as an instance',
    (_name, type, value) => {
      const parsed = parseDto(type, value);

      expect(parsed).toEqual({ ok: true, value });
      expect(parsed.ok && parsed.value).toBeInstanceOf(type);
    },
  );

  it.each([
    ['0', 0],
    ['-5', -5],
    ['1.5', 1.5],
    ['2^53 + 1', 2 ** 53 + 1],
    ['infinity', JSON.parse('1e400')],
    ['true', true],
    ['[1]', [1]],
    ['"5"', '5'],
    ['-0', JSON.parse('-0')],
    ['null', null],
    ['an object', {}],
    ['100001', 100_001],
  ])('refuses a quantity of %s', (_label, quantity) => {
    const parsed = parseDto(PlaceOrderBody, { name: 'tux', quantity });

    expect(parsed).toEqual({
      ok: false,
      problems: [{ pointer: '/quantity', detail: 'must be a whole number from 1 to 100000' }],
    });
  });

  it.each([['1.0'], ['1e0'], ['10e-1'], ['1']])('takes %s for the number 1', (text) => {
    const parsed = parseDto(PlaceOrderBody, JSON.parse(`{"name":"tux","quantity":${text}}`));

    expect(parsed).toEqual({ ok: true, value: { name: 'tux', quantity: 1 } });
  });

  it('lists everything that is wrong, unknown and missing properties among it', () => {
    const parsed = parseDto(PlaceOrderBody, { name: '=cmd', 'a/b~c': 1 });

    expect(parsed.ok ? [] : parsed.problems.map(({ pointer }) => pointer)).toEqual(['/a~1b~0c', '/name', '/quantity']);
  });

  it('points into nested messages', () => {
    const parsed = parseDto(DebitBatch, {
      term: 1,
      settledThrough: 0,
      debits: [{ intent: 1, name: 'tux', quantity: 1, x: 1 }, 7],
    });

    expect(parsed).toEqual({
      ok: false,
      problems: [
        { pointer: '/debits/0/x', detail: 'is not a property of this message' },
        { pointer: '/debits/1', detail: 'must be an object' },
      ],
    });
  });

  it.each([
    ['a list', []],
    ['a text', 'x'],
    ['null', null],
    ['nothing', undefined],
    ['a date', new Date()],
    ['a map', new Map()],
  ])('refuses %s where an object is wanted', (_label, value) => {
    const parsed = parseDto(PlaceOrderBody, value);

    expect(parsed).toEqual({ ok: false, problems: [{ pointer: '', detail: 'must be a JSON object' }] });
  });

  it.each([['__proto__'], ['constructor'], ['prototype']])('refuses a property %s at any depth', (name) => {
    const flat = parseDto(PlaceOrderBody, JSON.parse(`{"name":"tux","quantity":1,"${name}":{"quantity":2}}`));
    const nested = parseDto(DebitBatch, JSON.parse(`{"term":1,"settledThrough":0,"debits":[{"${name}":1}]}`));

    expect(flat).toEqual({
      ok: false,
      problems: [{ pointer: `/${name}`, detail: 'is not a property that may be sent' }],
    });
    expect(nested).toEqual({
      ok: false,
      problems: [{ pointer: `/debits/0/${name}`, detail: 'is not a property that may be sent' }],
    });
  });

  it.each([
    ['lists', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['objects', '{"a":'.repeat(100_000) + '1' + '}'.repeat(100_000)],
  ])('survives %s that are nested a hundred thousand deep', (_label, text) => {
    const parsed = parseDto(PlaceOrderBody, { name: 'tux', quantity: JSON.parse(text) as unknown });

    expect(parsed).toEqual({
      ok: false,
      problems: [{ pointer: '', detail: 'must not be nested deeper than 16 levels' }],
    });
  });

  it('lists a bounded number of problems', () => {
    const debits = Array.from({ length: 500 }, () => 1);

    const parsed = parseDto(DebitBatch, { term: 1, settledThrough: 0, debits });

    expect(parsed.ok ? [] : parsed.problems).toHaveLength(fieldProblemsMax);
  });

  it('refuses a list that is longer than allowed', () => {
    const debits = Array.from({ length: 4097 }, (_, intent) => ({ intent: intent + 1, name: 'tux', quantity: 1 }));

    const parsed = parseDto(DebitBatch, { term: 1, settledThrough: 0, debits });

    expect(parsed).toEqual({
      ok: false,
      problems: [{ pointer: '/debits', detail: 'must be a list of at most 4096 objects' }],
    });
  });

  it('brings product names to NFC', () => {
    const parsed = parseDto(PlaceOrderBody, { name: 'poupe\u0301e', quantity: 1 });

    expect(parsed).toEqual({ ok: true, value: { name: 'poupée', quantity: 1 } });
  });

  it('holds a class without property decorators to its class-validator rules', () => {
    class Plain {
      @IsString()
      word!: string;
    }

    expect(parseDto(Plain, { word: 'x' })).toEqual({ ok: true, value: { word: 'x' } });
    expect(parseDto(Plain, { word: 1 }).ok).toBe(false);
    expect(parseDto(Plain, { word: 'x', other: 1 }).ok).toBe(false);
  });

  it('accepts in one pass exactly what class-validator accepts', () => {
    const scenario = fc
      .constantFrom(...valid)
      .chain(([type, value]) => fc.record({ type: fc.constant(type), value: mutated(value), again: fc.boolean() }));

    fc.assert(
      fc.property(scenario, ({ type, value }) => {
        const fast = buildMessage(type, value);
        const thorough = parseWithClassValidator(type, value);

        expect(fast !== undefined).toBe(thorough.ok);
        if (thorough.ok) expect(thorough.value).toEqual(fast);
      }),
      { numRuns: 3000 },
    );
  });
});

/** The value with one place replaced by something a client might send, removed, or joined by something unknown. */
function mutated(value: object): fc.Arbitrary<unknown> {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      '',
      '5',
      'tux',
      ' tux',
      'sold',
      0,
      -0,
      1,
      -1,
      1.5,
      2 ** 53,
      [],
      {},
      [[]],
      [{}],
      { data: {} },
    ),
    fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>,
  );
  return fc
    .record({ path: fc.constantFrom(...pathsOf(value)), odd, how: fc.constantFrom('replace', 'remove', 'add', 'keep') })
    .map(({ path, odd: replacement, how }) =>
      mutate(structuredClone(value) as Record<string, unknown>, path, how, replacement),
    );
}

function mutate(value: Record<string, unknown>, path: readonly string[], how: string, replacement: unknown): unknown {
  let parent: Record<string, unknown> = value;
  for (const step of path.slice(0, -1)) parent = parent[step] as Record<string, unknown>;
  const last = path.at(-1) ?? '';
  if (how === 'replace') parent[last] = replacement;
  if (how === 'remove') {
    if (Array.isArray(parent)) parent.splice(Number(last), 1);
    else delete parent[last];
  }
  if (how === 'add') {
    if (Array.isArray(parent)) parent.push(replacement);
    else parent['unknown'] = replacement;
  }
  return value;
}

function pathsOf(value: unknown, parent: readonly string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, child]) => [[...parent, name], ...pathsOf(child, [...parent, name])]);
}
