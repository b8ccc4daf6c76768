import { describe, expect, it } from '@jest/globals';
import type { CacheKey, CachePublisher, Committed } from '@quorumkit/cache';
import type { Outcome, ReplicatedLog } from '@quorumkit/leader';
import type { StockCommand, StockResult } from '../stock/stock-command.js';
import { StockStateMachine } from '../stock/stock-state-machine.js';
import { TakeDebits } from './take-debits.js';

function desk() {
  const machine = new StockStateMachine();
  let index = 0;
  const proposals: StockCommand[] = [];
  const apply = (command: StockCommand): StockResult => machine.apply({ index: ++index, term: 1, time: 0, command });
  const log = {
    propose: async (command: StockCommand): Promise<Outcome<StockResult>> => {
      proposals.push(command);
      return { index: index + 1, term: 1, result: apply(command), replayed: false };
    },
  } as unknown as ReplicatedLog<StockCommand, StockResult>;
  const told: { readonly keys: readonly CacheKey[]; readonly sequence: number }[] = [];
  const publisher = {
    mutate: async <T>(keys: (result: T) => readonly CacheKey[], fn: () => Promise<Committed<T>>) => {
      const committed = await fn();
      told.push({ keys: keys(committed.result), sequence: committed.sequence });
      return committed;
    },
  } as unknown as CachePublisher;
  apply({ kind: 'load', products: ['tux', 'fox'].map((name) => ({ name, quantity: 5, priceCents: 100 })) });
  return { takeDebits: new TakeDebits(machine, log, publisher), proposals, told };
}

const tux = { intent: 3, name: 'tux', quantity: 2 };

describe('TakeDebits', () => {
  it('invalidates the products that were sold, each once, at the position of the sale', async () => {
    const { takeDebits, told } = desk();

    const debits = [
      tux,
      { ...tux, intent: 4 },
      { intent: 5, name: 'fox', quantity: 9 },
      { intent: 6, name: 'ant', quantity: 1 },
    ];
    await takeDebits.take({ term: 1, settledThrough: 0, debits });

    expect(told).toEqual([{ keys: ['products/tux'], sequence: 2 }]);
  });

  it('invalidates again for a repetition: the first try may have ended before the caches had answered', async () => {
    const { takeDebits, told } = desk();
    await takeDebits.take({ term: 1, settledThrough: 0, debits: [tux] });

    await takeDebits.take({ term: 2, settledThrough: 0, debits: [tux] });

    expect(told).toEqual([
      { keys: ['products/tux'], sequence: 2 },
      { keys: ['products/tux'], sequence: 3 },
    ]);
  });

  it('writes nothing for a leader of an older term', async () => {
    const { takeDebits, proposals } = desk();
    await takeDebits.take({ term: 2, settledThrough: 0, debits: [] });

    const stale = await takeDebits.take({ term: 1, settledThrough: 0, debits: [tux] });

    expect(stale).toEqual({ kind: 'fenced', term: 2 });
    expect(proposals).toHaveLength(1);
  });
});
