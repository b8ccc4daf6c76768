import type { ReplicaSnapshot } from './store-snapshot.js';
import type { Violation } from './violation.js';

/** Finds the first gap or repetition in the numbers that a replica lists, and a list that is not as long as it says. */
export function numberViolations({ audit, orders }: ReplicaSnapshot): readonly Violation[] {
  const subject = audit.replica;
  const broken = (detail: string): Violation => ({ invariant: 'dense-numbers', subject, detail });
  const violations: Violation[] = [];
  const misplaced = orders.findIndex(({ number }, offset) => number !== offset);
  if (misplaced >= 0)
    violations.push(broken(`Where order ${misplaced} should be it lists order ${orders[misplaced]?.number}.`));
  if (orders.length !== audit.orders)
    violations.push(broken(`It counts ${audit.orders} orders and lists ${orders.length}.`));
  return violations;
}
