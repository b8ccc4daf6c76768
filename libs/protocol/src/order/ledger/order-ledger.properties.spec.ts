import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { DebitOutcome, OrderCommand } from './order-command.js';
import { OrderLedger } from './order-ledger.js';

/**
 * Goal: whatever retries, duplicated outcomes and rival leaders put into the log, each key becomes at most one order,
 * numbers are dense, and a replica that starts from a snapshot at any point ends up equal.
 * Method: random logs in which intents refer to a few keys and outcomes to intents that may be open, closed or absent.
 */
const results: readonly DebitOutcome[] = ['sold', 'insufficient_stock', 'unknown_product'];

const step = fc.oneof(
  fc.record({ kind: fc.constant('intent' as const), key: fc.nat(6), quantity: fc.integer({ min: 1, max: 2 }) }),
  fc.record({
    kind: fc.constant('outcomes' as const),
    outcomes: fc.array(fc.record({ intent: fc.integer({ min: 1, max: 40 }), result: fc.constantFrom(...results) }), {
      maxLength: 4,
    }),
  }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

function commandOf(each: Step): OrderCommand {
  if (each.kind === 'outcomes') return each;
  const { key, quantity } = each;
  return { kind: 'intent', key: `k${key}`, fingerprint: `f${quantity}`, name: 'tux', quantity };
}

const log = fc.array(step, { maxLength: 40 }).map((steps) => steps.map(commandOf));

function replay(commands: readonly OrderCommand[], ledger = new OrderLedger(), from = 1): OrderLedger {
  commands.forEach((command, offset) => ledger.apply({ index: from + offset, time: 5_000 + from + offset, command }));
  return ledger;
}

describe('any log', () => {
  it('gives each key at most one order, and orders dense numbers', () => {
    fc.assert(
      fc.property(log, (commands) => {
        const ledger = new OrderLedger();
        const numbers: number[] = [];
        const settled = new Map<number, string>();
        commands.forEach((command, offset) => {
          for (const each of ledger.apply({ index: offset + 1, time: offset, command }).settled) {
            expect(settled.has(each.intent)).toBe(false);
            settled.set(each.intent, each.settlement.kind);
            if (each.settlement.kind === 'placed') numbers.push(each.settlement.number);
          }
        });

        expect(numbers).toEqual(numbers.map((_, position) => position));
        expect(ledger.orderCount).toBe(numbers.length);
        const keys = new Set(commands.flatMap((command) => (command.kind === 'intent' ? [command.key] : [])));
        expect(ledger.orderCount + ledger.openCount).toBeLessThanOrEqual(keys.size);
      }),
    );
  });

  it('gives a replica that was restored from a snapshot at any point the same state', () => {
    fc.assert(
      fc.property(log, fc.nat(40), (commands, cut) => {
        const whole = replay(commands);

        const before = replay(commands.slice(0, cut));
        const after = new OrderLedger();
        after.restore(JSON.parse(JSON.stringify(before.snapshot())));
        replay(commands.slice(cut), after, Math.min(cut, commands.length) + 1);

        expect(after.hash).toBe(whole.hash);
        expect(after.snapshot()).toEqual(whole.snapshot());
      }),
    );
  });

  it('never has an open intent at or below its watermark, and the watermark never falls', () => {
    fc.assert(
      fc.property(log, (commands) => {
        const ledger = new OrderLedger();
        let before = 0;
        commands.forEach((command, offset) => {
          ledger.apply({ index: offset + 1, time: offset, command });
          const watermark = ledger.settledThrough;
          expect(watermark).toBeGreaterThanOrEqual(before);
          for (const open of ledger.openIntents()) expect(open.intent).toBeGreaterThan(watermark);
          before = watermark;
        });
      }),
    );
  });
});

describe('repetitions', () => {
  it('of intents and outcomes, anywhere after the first, change no order and no number', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom(...results), { minLength: 1, maxLength: 8 }),
        fc.infiniteStream(fc.nat(100)),
        (outcomes, random) => {
          const draw = (limit: number): number => (random.next().value as number) % limit;
          const ledger = new OrderLedger();
          const intents = new Map<string, number>();
          const ended = new Set<string>();
          let index = 0;
          const apply = (command: OrderCommand) => ledger.apply({ index: ++index, time: index, command });
          const wantAgain = (key: string): void => {
            const { result } = apply({ kind: 'intent', key, fingerprint: 'f', name: key, quantity: 1 });
            if (result.kind === 'opened') intents.set(key, result.intent);
          };
          const endAgain = (key: string): void => {
            const intent = intents.get(key) ?? 0;
            const result = results[draw(3)] ?? 'sold';
            apply({ kind: 'outcomes', outcomes: [{ intent, result: ended.has(key) ? result : wanted(key) }] });
            ended.add(key);
          };
          const wanted = (key: string): DebitOutcome => outcomes[Number(key.slice(1))] ?? 'sold';

          const keys = outcomes.map((_, position) => `k${position}`);
          for (const key of keys) {
            wantAgain(key);
            if (draw(2) === 0) wantAgain(keys[draw(keys.length)] ?? key);
            if (draw(2) === 0) endAgain(key);
          }
          for (let times = draw(20); times > 0; times--) {
            const key = keys[draw(keys.length)] ?? 'k0';
            if (draw(2) === 0) wantAgain(key);
            else endAgain(key);
          }
          for (const key of keys) endAgain(key);

          const placed = keys.filter((key) => wanted(key) === 'sold');
          const names = ledger.ordersFrom(0, 100).map((order) => order.name);
          expect([...names].sort()).toEqual([...placed].sort());
          expect(ledger.openCount).toBe(0);
        },
      ),
    );
  });
});
