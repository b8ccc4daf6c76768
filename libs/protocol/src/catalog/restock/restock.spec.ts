import { describe, expect, it } from '@jest/globals';
import type { CacheKey, CachePublisher, Committed } from '@quorumkit/cache';
import type { Outcome, ReplicatedLog } from '@quorumkit/leader';
import { CatalogEpoch } from '../opening/catalog-epoch.js';
import type { StockCommand, StockResult } from '../stock/stock-command.js';
import { StockStateMachine } from '../stock/stock-state-machine.js';
import { Restock } from './restock.js';

/** Restocking over a log that applies at once and a publisher that says which keys were invalidated. */
function shop(stock: Readonly<Record<string, number>>, { open = true } = {}) {
  const machine = new StockStateMachine();
  let index = 0;
  const apply = (command: StockCommand): StockResult => machine.apply({ index: ++index, term: 1, time: 0, command });
  const products = Object.entries(stock).map(([name, quantity]) => ({ name, quantity, priceCents: 100 }));
  apply({ kind: 'load', products });

  const faults = { beforeCommit: false, afterCommit: false };
  const proposals: StockCommand[] = [];
  const log = {
    propose: async (command: StockCommand): Promise<Outcome<StockResult>> => {
      if (faults.beforeCommit) throw new Error('the disk is full');
      proposals.push(command);
      return { index: index + 1, term: 1, result: apply(command), replayed: false };
    },
  } as unknown as ReplicatedLog<StockCommand, StockResult>;

  const invalidated: (readonly CacheKey[])[] = [];
  let hold: Promise<void> | undefined;
  const publisher = {
    mutate: async <T>(keys: readonly CacheKey[], fn: () => Promise<Committed<T>>) => {
      const committed = await fn();
      await hold;
      if (faults.afterCommit) throw new Error('the answer was lost');
      invalidated.push(keys);
      return committed;
    },
  } as unknown as CachePublisher;

  const epoch = new CatalogEpoch();
  if (open) epoch.begin(1);
  const restock = new Restock(machine, log, publisher, epoch);
  const quantities = () => Object.fromEntries(machine.ledger.list().map(({ name, current }) => [name, current]));
  const holdCaches = (): (() => void) => {
    let release: () => void = () => undefined;
    hold = new Promise((resolve) => {
      release = resolve;
    });
    return release;
  };
  return { restock, faults, proposals, invalidated, quantities, holdCaches };
}

describe('Restock', () => {
  it('fills up what is at zero, invalidates it, and touches nothing else', async () => {
    const { restock, invalidated, quantities } = shop({ tux: 0, fox: 3 });

    const round = await restock.round(100);

    expect(round).toEqual({ kind: 'restocked', names: ['tux'] });
    expect(quantities()).toEqual({ tux: 100, fox: 3 });
    expect(invalidated).toEqual([['products/tux']]);
  });

  it('writes nothing while nothing is at zero', async () => {
    const { restock, proposals } = shop({ tux: 1 });

    await restock.round(100);

    expect(proposals).toEqual([]);
  });

  it('tries again in the next round after one that failed', async () => {
    const { restock, faults, quantities } = shop({ tux: 0 });
    faults.beforeCommit = true;
    expect(await restock.round(100)).toEqual({ kind: 'failed', error: new Error('the disk is full') });

    faults.beforeCommit = false;
    await restock.round(100);

    expect(quantities()).toEqual({ tux: 100 });
  });

  it('invalidates again what a failed round may have restocked without telling the caches', async () => {
    const { restock, faults, invalidated, quantities } = shop({ tux: 0 });
    faults.afterCommit = true;
    await restock.round(100);

    faults.afterCommit = false;
    await restock.round(100);

    expect(quantities()).toEqual({ tux: 100 });
    expect(invalidated).toEqual([['products/tux']]);
  });

  it('does not begin a round before the last one has ended', async () => {
    const { restock, proposals, holdCaches } = shop({ tux: 0 });
    const release = holdCaches();
    const first = restock.round(100);

    const second = await restock.round(100);
    release();
    await first;

    expect(second).toEqual({ kind: 'skipped' });
    expect(proposals).toHaveLength(1);
  });

  it('does nothing before the catalog is open', async () => {
    const { restock, proposals } = shop({ tux: 0 }, { open: false });

    expect(await restock.round(100)).toEqual({ kind: 'skipped' });
    expect(proposals).toEqual([]);
  });
});
