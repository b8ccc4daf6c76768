import { addToSoldDigest, emptySoldDigest } from '@toystore/contracts';
import type { OrderRecord } from '../services/shoppers.js';
import type { Store } from '../services/store.js';

/** Whether somebody leads, nothing is open, and every member of the group has applied the same. */
export function isAtRest(store: Store): boolean {
  const { leader, catalog } = store;
  const ledger = leader?.machine?.ledger;
  if (!catalog.isOpen || ledger === undefined || ledger.openCount > 0) return false;
  const members = leader?.raft?.members ?? [];
  return members.every(({ id, kind }) => {
    // Who lost its store must be a voter again.
    const applied = kind === 'returning' ? undefined : store.replica(id).machine?.ledger;
    return applied?.hash === ledger.hash && applied.openCount === 0;
  });
}

/** Every invariant of the store at rest. */
export function checkAtRest(store: Store, records: readonly OrderRecord[]): void {
  const { world, truth, leader, catalog } = store;
  const ledger = leader?.machine?.ledger;
  const stock = catalog.machine?.ledger;
  if (ledger === undefined || stock === undefined)
    return world.violate('Liveness', 'nobody leads, or the catalog does not run, after everything has healed');

  const numbers = new Map<number, string>();
  for (const { wish, told, nothingPlaced, walkedAway } of records) {
    const intent = truth.intentOfKey.get(wish.key);
    if (walkedAway && told === undefined && nothingPlaced && intent !== undefined) {
      world.violate(
        'Nothing Placed',
        `${wish.key} was told each time that nothing was placed, and it has intent ${intent}`,
      );
    }
    if (told?.kind !== 'placed') continue;
    const other = numbers.get(told.number);
    if (other !== undefined && other !== wish.key)
      world.violate('Acknowledged Stays', `order ${told.number} was acknowledged to ${other} and to ${wish.key}`);
    numbers.set(told.number, wish.key);
    const order = ledger.findOrder(told.number);
    if (order?.name !== wish.name || order.quantity !== wish.quantity)
      world.violate('Acknowledged Stays', `order ${told.number} of ${wish.key} is ${JSON.stringify(order)}`);
  }

  const placed = [...truth.settlements].flatMap(([intent, settlement]) =>
    settlement.kind === 'placed' ? [{ intent, number: settlement.number }] : [],
  );
  const dense = placed.map(({ number }) => number).sort((left, right) => left - right);
  if (dense.some((number, position) => number !== position))
    world.violate('Adds Up', `the order numbers are ${dense.join(', ')}`);
  if (dense.length !== ledger.orderCount)
    world.violate('Adds Up', `${dense.length} orders were placed, the ledger has ${ledger.orderCount}`);
  for (const { intent } of placed)
    if (!truth.sales.has(intent)) world.violate('Placed If Sold', `intent ${intent} is placed and was not sold`);
  for (const intent of truth.sales.keys()) {
    if (truth.settlements.get(intent)?.kind !== 'placed')
      world.violate('Placed If Sold', `intent ${intent} is sold and not placed`);
  }
  for (const intent of truth.intents.keys())
    if (!truth.settlements.has(intent)) world.violate('Adds Up', `intent ${intent} has no outcome`);

  let digest = emptySoldDigest;
  for (const { intent, name, quantity } of truth.sales.values())
    digest = addToSoldDigest(digest, { intent, name, quantity });
  if (ledger.soldDigest !== digest) world.violate('Adds Up', 'the order ledger’s digest is not that of the sales');
  if (stock.soldDigest !== digest) world.violate('Adds Up', 'the stock ledger’s digest is not that of the sales');
  for (const { name, initial, restocked, sold, current } of stock.list()) {
    const sum = [...truth.sales.values()]
      .filter((sale) => sale.name === name)
      .reduce((units, sale) => units + sale.quantity, 0);
    if (sum !== sold) world.violate('Adds Up', `${sold} of ${name} count as sold, sales are of ${sum}`);
    if (initial + restocked - sold !== current || current < 0)
      world.violate('Adds Up', `stock of ${name}: ${initial} + ${restocked} - ${sold} != ${current}`);
    if (initial !== store.options.stock[name]) world.violate('Adds Up', `${name} began with ${initial}`);
  }
}
