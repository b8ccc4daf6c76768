import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { StockCommand } from './stock-command.js';
import { StockLedger } from './stock-ledger.js';

/**
 * Goal: stock is conserved and each intent is executed at most once, whatever batches are repeated, delayed or sent
 * by rival leaders, and a snapshot at any point stands for the log before it.
 * Method: random logs over few products and intents, checked against sums that are kept apart from the ledger.
 */
const names = ['tux', 'fox', 'unicorn'] as const;

const command: fc.Arbitrary<StockCommand> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<StockCommand>({ kind: 'restock', names: ['tux', 'fox', 'unicorn'], level: 7 }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('debit' as const),
      term: fc.integer({ min: 1, max: 3 }),
      settledThrough: fc.nat(8),
      debits: fc.array(
        // What an id stands for is a function of the id, as in a real log.
        fc.integer({ min: 1, max: 20 }).map((intent) => ({
          intent,
          name: names[intent % 3] ?? 'tux',
          quantity: 1 + (intent % 4),
        })),
        { maxLength: 5 },
      ),
    }),
  },
);

const log = fc.array(command, { maxLength: 30 }).map((commands): StockCommand[] => [
  {
    kind: 'load',
    products: [
      { name: 'tux', quantity: 6, priceCents: 100 },
      { name: 'fox', quantity: 3, priceCents: 200 },
    ],
  },
  ...commands,
]);

describe('any log', () => {
  it('conserves stock and sells each intent at most once', () => {
    fc.assert(
      fc.property(log, (commands) => {
        const ledger = new StockLedger();
        const sold = new Map<number, { name: string; quantity: number }>();
        commands.forEach((each, offset) => {
          const recorded = new Set(ledger.snapshot().debits.map((debit) => debit.intent));
          const result = ledger.apply({ index: offset + 1, command: each });
          if (each.kind !== 'debit' || result.kind !== 'debited') return;
          result.answers.forEach((answer, position) => {
            const debit = each.debits[position];
            if (answer.outcome !== 'sold' || debit === undefined || recorded.has(debit.intent)) return;
            recorded.add(debit.intent);
            expect(sold.has(debit.intent)).toBe(false);
            sold.set(debit.intent, debit);
          });
        });

        for (const { name, initial, restocked, current } of ledger.list()) {
          const units = [...sold.values()].filter((sale) => sale.name === name);
          expect(initial + restocked - units.reduce((sum, sale) => sum + sale.quantity, 0)).toBe(current);
          expect(current).toBeGreaterThanOrEqual(0);
        }
        expect(ledger.soldDebits).toBe(sold.size);
      }),
    );
  });

  it('gives a catalog that was restored from a snapshot at any point the same state and answers', () => {
    fc.assert(
      fc.property(log, fc.nat(30), (commands, cut) => {
        const whole = new StockLedger();
        const answers = commands.map((each, offset) => whole.apply({ index: offset + 1, command: each }));

        const before = new StockLedger();
        commands.slice(0, cut).forEach((each, offset) => before.apply({ index: offset + 1, command: each }));
        const after = new StockLedger();
        after.restore(JSON.parse(JSON.stringify(before.snapshot())));
        const rest = commands.slice(cut).map((each, offset) => after.apply({ index: cut + offset + 1, command: each }));

        expect(after.snapshot()).toEqual(whole.snapshot());
        expect(rest).toEqual(answers.slice(cut));
      }),
    );
  });

  it('remembers no debit at or below its watermark', () => {
    fc.assert(
      fc.property(log, (commands) => {
        const ledger = new StockLedger();
        commands.forEach((each, offset) => ledger.apply({ index: offset + 1, command: each }));

        for (const debit of ledger.snapshot().debits) expect(debit.intent).toBeGreaterThan(ledger.settledThrough);
      }),
    );
  });
});
