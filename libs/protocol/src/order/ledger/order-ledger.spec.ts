import { describe, expect, it } from '@jest/globals';
import { addToSoldDigest, emptySoldDigest } from '@toystore/contracts';
import type { DebitOutcome, OrderCommand } from './order-command.js';
import { type Applied, OrderLedger } from './order-ledger.js';

const hourMs = 3_600_000;

/** A ledger with its own log: indexes rise by one, time is what the test says. */
function ledgerWithLog(ledger = new OrderLedger()) {
  let index = 0;
  let time = 1_000;
  const apply = (command: OrderCommand): Applied => ledger.apply({ index: ++index, time, command });
  return {
    ledger,
    apply,
    wait: (ms: number) => void (time += ms),
    skipEntries: (count: number) => void (index += count),
    intent: (key: string, name = 'tux', quantity = 1) =>
      apply({ kind: 'intent', key, fingerprint: `${name}/${quantity}`, name, quantity }).result,
    outcome: (intent: number, result: DebitOutcome = 'sold') =>
      apply({ kind: 'outcomes', outcomes: [{ intent, result }] }),
  };
}

describe('intents', () => {
  it('names an intent by the index of its entry', () => {
    const { intent, skipEntries, ledger } = ledgerWithLog();

    skipEntries(4);
    const result = intent('a');

    expect(result).toEqual({ kind: 'opened', intent: 5 });
    expect(ledger.findOpen(5)).toMatchObject({ key: 'a', name: 'tux', quantity: 1 });
  });

  it('ignores a second intent of a key whose first is open, and lets its caller join', () => {
    const { intent, ledger } = ledgerWithLog();
    intent('a');

    const second = intent('a');

    expect(second).toEqual({ kind: 'joined', intent: 1 });
    expect(ledger.openCount).toBe(1);
  });

  it('answers a second intent of a finished key with what the first came to', () => {
    const { intent, outcome, ledger } = ledgerWithLog();
    intent('a');
    outcome(1);

    const second = intent('a');

    expect(second).toEqual({ kind: 'finished', settlement: { kind: 'placed', number: 0 } });
    expect(ledger.openCount).toBe(0);
  });

  it.each([
    ['open', false],
    ['finished', true],
  ])('reports a conflict when an %s key is used for another body', (_state, finish) => {
    const { intent, outcome, ledger } = ledgerWithLog();
    intent('a', 'tux', 1);
    if (finish) outcome(1);

    const second = intent('a', 'tux', 2);

    expect(second).toEqual({ kind: 'conflict' });
    expect(ledger.lookup('a', 'tux/2')).toEqual({ kind: 'conflict' });
    expect(ledger.openCount).toBe(finish ? 0 : 1);
  });
});

describe('outcomes', () => {
  it('numbers orders from 0 in the order in which they are applied, not in which they were wanted', () => {
    const { intent, outcome, ledger } = ledgerWithLog();
    intent('a', 'tux');
    intent('b', 'fox');

    outcome(2);
    outcome(1);

    expect(ledger.ordersFrom(0, 10)).toEqual([
      { number: 0, name: 'fox', quantity: 1 },
      { number: 1, name: 'tux', quantity: 1 },
    ]);
  });

  it('lets the first outcome of an intent win', () => {
    const { intent, outcome, ledger } = ledgerWithLog();
    intent('a');
    outcome(1, 'insufficient_stock');

    const second = outcome(1, 'sold');

    expect(second).toEqual({ result: { kind: 'settled', count: 0 }, settled: [] });
    expect(ledger.orderCount).toBe(0);
    expect(ledger.lookup('a', 'tux/1')).toEqual({
      kind: 'finished',
      settlement: { kind: 'refused', reason: 'insufficient_stock' },
    });
  });

  it('uses up no number for a refused intent', () => {
    const { intent, outcome, ledger } = ledgerWithLog();
    intent('a');
    intent('b');

    outcome(1, 'unknown_product');
    const placed = outcome(2, 'sold');

    expect(placed.settled).toEqual([{ intent: 2, key: 'b', settlement: { kind: 'placed', number: 0 } }]);
    expect(ledger.orderCount).toBe(1);
  });

  it('ignores an outcome of an id that never was an intent', () => {
    const { outcome, ledger } = ledgerWithLog();

    outcome(77);

    expect(ledger.orderCount).toBe(0);
  });

  it('keeps the digest and the units of what was sold', () => {
    const { intent, outcome, ledger } = ledgerWithLog();
    intent('a', 'tux', 3);
    intent('b', 'fox', 2);
    intent('c', 'tux', 4);
    intent('d', 'tux', 9);
    outcome(3);
    outcome(1);
    outcome(2);
    outcome(4, 'insufficient_stock');

    const sales = [
      { intent: 1, name: 'tux', quantity: 3 },
      { intent: 2, name: 'fox', quantity: 2 },
      { intent: 3, name: 'tux', quantity: 4 },
    ];
    expect(ledger.soldDigest).toBe(sales.reduce(addToSoldDigest, emptySoldDigest));
    expect(ledger.soldByProduct()).toEqual([
      { name: 'fox', quantity: 2 },
      { name: 'tux', quantity: 7 },
    ]);
  });
});

describe('settled watermark', () => {
  it('stands right below the oldest open intent', () => {
    const { intent, outcome, ledger } = ledgerWithLog();
    intent('a');
    intent('b');
    intent('c');

    outcome(2);

    expect(ledger.settledThrough).toBe(0);
    outcome(1);
    expect(ledger.settledThrough).toBe(2);
  });

  it('reaches the last applied entry when nothing is open', () => {
    const { intent, outcome, ledger } = ledgerWithLog();
    intent('a');

    outcome(1);

    expect(ledger.settledThrough).toBe(2);
  });
});

describe('idempotency keys', () => {
  it('are remembered for 25 hours of log time after the order ended', () => {
    const { intent, outcome, wait, ledger } = ledgerWithLog();
    intent('a');
    wait(30 * hourMs);
    outcome(1);

    wait(25 * hourMs - 1);
    intent('other');

    expect(ledger.lookup('a', 'tux/1').kind).toBe('finished');
  });

  it('are new again after that, from the next entry on', () => {
    const { intent, outcome, wait, ledger } = ledgerWithLog();
    intent('a');
    outcome(1);

    wait(25 * hourMs);
    const again = intent('a');

    expect(again).toEqual({ kind: 'opened', intent: 3 });
    expect(ledger.orderCount).toBe(1);
  });

  it('of open intents never expire', () => {
    const { intent, wait } = ledgerWithLog();
    intent('a');

    wait(1_000 * hourMs);
    const again = intent('a');

    expect(again).toEqual({ kind: 'joined', intent: 1 });
  });
});

describe('snapshots', () => {
  function busyLedger() {
    const log = ledgerWithLog();
    log.intent('a', 'tux', 3);
    log.intent('b', 'fox', 2);
    log.intent('c', 'unicorn', 1);
    log.outcome(2);
    log.outcome(3, 'unknown_product');
    return log;
  }

  it('restore an equal ledger through JSON', () => {
    const { ledger } = busyLedger();

    const copy = new OrderLedger();
    copy.restore(JSON.parse(JSON.stringify(ledger.snapshot())));

    expect(copy.hash).toBe(ledger.hash);
    expect(copy.snapshot()).toEqual(ledger.snapshot());
    expect(copy.settledThrough).toBe(0);
    expect(copy.lookup('b', 'fox/2')).toEqual({ kind: 'finished', settlement: { kind: 'placed', number: 0 } });
    expect(copy.lookup('c', 'unicorn/1')).toMatchObject({ settlement: { reason: 'unknown_product' } });
  });

  it('keep the catalog’s version of each sale, which whoever asks again is told too', () => {
    const { ledger, intent, apply } = ledgerWithLog();
    const plain = ledgerWithLog();
    for (const log of [{ intent, apply }, plain]) for (const key of ['a', 'b']) log.intent(key);
    const outcomes = [
      { intent: 1, result: 'sold' },
      { intent: 2, result: 'insufficient_stock' },
    ] as const;
    apply({ kind: 'outcomes', outcomes, version: '3;41' });
    plain.apply({ kind: 'outcomes', outcomes });

    const copy = new OrderLedger();
    copy.restore(JSON.parse(JSON.stringify(ledger.snapshot())));

    expect(copy.lookup('a', 'tux/1')).toEqual({
      kind: 'finished',
      settlement: { kind: 'placed', number: 0, version: '3;41' },
    });
    expect(copy.lookup('b', 'tux/1')).toEqual({
      kind: 'finished',
      settlement: { kind: 'refused', reason: 'insufficient_stock' },
    });
    expect([copy.hash === ledger.hash, plain.ledger.hash === ledger.hash]).toEqual([true, false]);
  });

  it('replace everything that the ledger held before', () => {
    const { ledger } = busyLedger();
    const other = ledgerWithLog();
    other.intent('z', 'lego', 9);
    other.outcome(1);

    other.ledger.restore(ledger.snapshot());

    expect(other.ledger.hash).toBe(ledger.hash);
    expect(other.ledger.soldByProduct()).toEqual([{ name: 'fox', quantity: 2 }]);
  });

  it('are refused when their contents do not have the hash that they carry', () => {
    const { ledger } = busyLedger();
    const snapshot = { ...(ledger.snapshot() as object), orders: [0, 5] };

    expect(() => new OrderLedger().restore(snapshot)).toThrow(/hashes to/);
  });

  it('of other software are refused', () => {
    expect(() => new OrderLedger().restore({ version: 2 })).toThrow(/version 1/);
  });
});

describe('hash', () => {
  it('differs when one fact differs', () => {
    const one = ledgerWithLog();
    const two = ledgerWithLog();
    one.intent('a', 'tux', 1);
    two.intent('a', 'tux', 2);

    expect(one.ledger.hash).not.toBe(two.ledger.hash);
  });

  it('does not change for commands that change nothing', () => {
    const { ledger, intent, outcome } = ledgerWithLog();
    intent('a');
    outcome(1);
    const before = ledger.hash;

    intent('a');
    outcome(1);

    expect(ledger.hash).toBe(before);
  });
});
