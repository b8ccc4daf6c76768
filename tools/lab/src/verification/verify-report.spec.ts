import { describe, expect, it } from '@jest/globals';
import type { CatalogAudit, OrderAudit, OrderView, ProductAudit } from '@toystore/contracts';
import { parseOrderRecords } from './acknowledged-orders.js';
import type { ReplicaSnapshot, RestingStore } from './store-snapshot.js';
import { judgeStore } from './verify-report.js';

const placed: readonly OrderView[] = [
  { number: 0, name: 'tux', quantity: 3 },
  { number: 1, name: 'lego', quantity: 1 },
  { number: 2, name: 'tux', quantity: 2 },
];

function audit(over: Partial<OrderAudit> = {}): OrderAudit {
  return {
    replica: 'order-1',
    role: 'follower',
    term: 3,
    leader: 'order-3',
    lastLogIndex: 9,
    commitIndex: 9,
    appliedIndex: 9,
    orders: 3,
    openIntents: 0,
    settledThrough: 8,
    hash: 'aa',
    soldDigest: '00000000000000ff',
    soldByProduct: [
      { name: 'tux', quantity: 5 },
      { name: 'lego', quantity: 1 },
    ],
    ...over,
  };
}

function replica(
  name: string,
  over: { audit?: Partial<OrderAudit>; orders?: readonly OrderView[] } = {},
): ReplicaSnapshot {
  return { audit: audit({ replica: name, ...over.audit }), orders: over.orders ?? placed };
}

function catalog(over: Partial<CatalogAudit> = {}, tux: Partial<ProductAudit> = {}): CatalogAudit {
  return {
    epoch: 1,
    sequence: 7,
    products: [
      { name: 'tux', initial: 100, restocked: 0, sold: 5, current: 95, ...tux },
      { name: 'lego', initial: 1, restocked: 100, sold: 1, current: 100 },
    ],
    soldDebits: 3,
    soldDigest: '00000000000000ff',
    ...over,
  };
}

const sound: RestingStore = {
  kind: 'at-rest',
  catalog: catalog(),
  replicas: [replica('order-1'), replica('order-2'), replica('order-3')],
};
const with2 = (broken: ReplicaSnapshot): RestingStore => ({
  ...sound,
  replicas: [replica('order-1'), broken, replica('order-3')],
});
const records = (lines: readonly string[], header = 'number,name,quantity,key') =>
  parseOrderRecords([header, ...lines, ''].join('\n'), 'client-1.csv');

describe('judgeStore', () => {
  it('finds nothing wrong with a sound store and reports what it checked', () => {
    const report = judgeStore(sound, records(['1,lego,1,k1', '2,tux,2,k2']));

    expect(report).toEqual({
      ok: true,
      orders: 3,
      replicas: ['order-1', 'order-2', 'order-3'].map((name) => ({ name, appliedIndex: 9, hash: 'aa' })),
      products: [
        { name: 'tux', initial: 100, restocked: 0, sold: 5, current: 95, ok: true },
        { name: 'lego', initial: 1, restocked: 100, sold: 1, current: 100, ok: true },
      ],
      violations: [],
    });
  });

  it.each<[string, RestingStore, string, string, RegExp]>([
    [
      'stock that vanished without a sale',
      { ...sound, catalog: catalog({}, { current: 94 }) },
      'stock-conservation',
      'tux',
      /100 initial \+ 0 restocked − 5 sold = 95, but the stock is 94/,
    ],
    [
      'stock below zero',
      { ...sound, catalog: catalog({}, { initial: 4, current: -1 }) },
      'stock-conservation',
      'tux',
      /stock is -1/,
    ],
    [
      'a sale without an order',
      { ...sound, catalog: catalog({ soldDebits: 4 }) },
      'orders-are-sales',
      'order-1',
      /3 placed orders; the catalog sold 4/,
    ],
    [
      'a sale under another id',
      { ...sound, catalog: catalog({ soldDigest: '00000000000000fe' }) },
      'orders-are-sales',
      'order-1',
      /ff.*fe/,
    ],
    [
      'sold pieces that no order holds',
      { ...sound, catalog: catalog({}, { sold: 6, current: 94 }) },
      'orders-are-sales',
      'order-1',
      /add up to 5 of tux; the catalog sold 6/,
    ],
    [
      'a count of its own that its orders contradict',
      with2(replica('order-2', { audit: { soldByProduct: [{ name: 'tux', quantity: 5 }] } })),
      'orders-are-sales',
      'order-2',
      /1 of lego; its own count is 0/,
    ],
    [
      'an order of a product that the catalog does not know',
      with2(replica('order-2', { orders: [...placed.slice(0, 2), { number: 2, name: 'ghost', quantity: 2 }] })),
      'orders-are-sales',
      'order-2',
      /2 of ghost; the catalog sold 0/,
    ],
    [
      'a gap in the numbers',
      with2(replica('order-2', { orders: [placed[0], { number: 2, name: 'tux', quantity: 2 }] as OrderView[] })),
      'dense-numbers',
      'order-2',
      /Where order 1 should be it lists order 2/,
    ],
    [
      'a number issued twice',
      with2(replica('order-2', { orders: [placed[0], placed[0], placed[2]] as OrderView[] })),
      'dense-numbers',
      'order-2',
      /Where order 1 should be it lists order 0/,
    ],
    [
      'a list that is shorter than the count',
      with2(replica('order-2', { orders: placed.slice(0, 2) })),
      'dense-numbers',
      'order-2',
      /counts 3 orders and lists 2/,
    ],
    [
      'another applied state',
      with2(replica('order-2', { audit: { hash: 'bb' } })),
      'replicas-agree',
      'order-2',
      /state is bb, that of order-1 aa/,
    ],
    [
      'another applied index',
      with2(replica('order-2', { audit: { appliedIndex: 8 } })),
      'replicas-agree',
      'order-2',
      /applied 8 entries, order-1 9/,
    ],
    [
      'the same number for another order',
      with2(
        replica('order-2', { orders: [placed[0], placed[1], { number: 2, name: 'tux', quantity: 1 }] as OrderView[] }),
      ),
      'replicas-agree',
      'order-2',
      /At place 2 it lists order 2 \(1 tux\), order-1 lists order 2 \(2 tux\)/,
    ],
    [
      'a missing last order',
      with2(replica('order-2', { orders: placed.slice(0, 2) })),
      'replicas-agree',
      'order-2',
      /At place 2 it lists nothing/,
    ],
  ])('detects %s', (_, snapshot, invariant, subject, detail) => {
    const report = judgeStore(snapshot);

    expect(report.ok).toBe(false);
    expect(report.violations).toContainEqual({ invariant, subject, detail: expect.stringMatching(detail) });
  });

  it.each<[string, readonly string[], RegExp]>([
    [
      'an acknowledged order that does not exist',
      ['3,tux,1,k3'],
      /Order 3 was acknowledged as 1 tux \(client-1\.csv\), but it does not exist/,
    ],
    ['an acknowledged order with another content', ['2,tux,3,k2'], /Order 2 was acknowledged as 3 tux.*it is 2 tux/],
    ['one number acknowledged to two attempts', ['2,tux,2,k2', '2,tux,2,k9'], /number 2 was acknowledged twice/],
    ['one attempt acknowledged under two numbers', ['0,tux,3,k0', '2,tux,2,k0'], /key k0.*order 0 and as order 2/],
  ])('detects %s', (_, lines, detail) => {
    const report = judgeStore(sound, records(lines));

    expect(report.violations).toContainEqual(
      expect.objectContaining({ invariant: 'acknowledged-orders', detail: expect.stringMatching(detail) }),
    );
  });

  it('takes an attempt that was recorded twice after a crash for one order', () => {
    expect(judgeStore(sound, records(['2,tux,2,k2', '2,tux,2,k2'])).ok).toBe(true);
  });

  it('takes a repeated number for two orders when the file holds no keys', () => {
    expect(judgeStore(sound, records(['2,tux,2', '2,tux,2'], 'number,name,quantity')).ok).toBe(false);
  });

  it('judges of a store at work only the stock, and says what kept it at work', () => {
    const report = judgeStore({
      kind: 'at-work',
      reasons: ['order-1 has 1 open intents'],
      catalog: catalog({ soldDebits: 4 }, { current: 94 }),
      audits: [audit({ openIntents: 1 })],
    });

    expect(report).toMatchObject({ ok: false, orders: 3, replicas: [{ name: 'order-1' }] });
    expect(report.violations.map(({ invariant, subject }) => [invariant, subject])).toEqual([
      ['at-rest', 'store'],
      ['stock-conservation', 'tux'],
    ]);
  });
});

describe('parseOrderRecords', () => {
  it('leaves out a last line that a crash cut short', () => {
    expect(parseOrderRecords('number,name,quantity\n0,tux,3\n1,le', 'c.csv').map(({ number }) => number)).toEqual([0]);
  });

  it('finds the columns by name', () => {
    expect(parseOrderRecords('key,quantity,name,number\r\nk,3,tux,0\r\n', 'c.csv')).toEqual([
      { number: 0, name: 'tux', quantity: 3, key: 'k', source: 'c.csv' },
    ]);
  });

  it.each(['', 'number;name;quantity\n', 'a,b\n1,2\n'])('refuses %j, which is no order file', (text) => {
    expect(() => parseOrderRecords(text, 'c.csv')).toThrow(/c\.csv is not a client's order file/);
  });

  it('names the line that is no order', () => {
    expect(() => parseOrderRecords('number,name,quantity\n0,tux,3\nx,tux,3\n', 'c.csv')).toThrow(
      /c\.csv, line 3 is not an order/,
    );
  });
});
