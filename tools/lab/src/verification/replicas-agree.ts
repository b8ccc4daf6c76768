import type { OrderView } from '@toystore/contracts';
import type { ReplicaSnapshot } from './store-snapshot.js';
import type { Violation } from './violation.js';

/** Compares every replica with the first one: applied index, hash of the applied state, and every order. */
export function agreementViolations(replicas: readonly ReplicaSnapshot[]): readonly Violation[] {
  const [reference, ...others] = replicas;
  if (reference === undefined) return [];
  return others.flatMap((replica) => {
    const broken = (detail: string): Violation => ({
      invariant: 'replicas-agree',
      subject: replica.audit.replica,
      detail,
    });
    const violations: Violation[] = [];
    if (replica.audit.appliedIndex !== reference.audit.appliedIndex) {
      violations.push(
        broken(
          `It has applied ${replica.audit.appliedIndex} entries, ${reference.audit.replica} ${reference.audit.appliedIndex}.`,
        ),
      );
    }
    if (replica.audit.hash !== reference.audit.hash) {
      violations.push(
        broken(
          `The hash of its applied state is ${replica.audit.hash}, that of ${reference.audit.replica} ${reference.audit.hash}.`,
        ),
      );
    }
    const differing = firstDifference(reference.orders, replica.orders);
    if (differing !== undefined) {
      const [mine, theirs] = [describe(replica.orders[differing]), describe(reference.orders[differing])];
      violations.push(broken(`At place ${differing} it lists ${mine}, ${reference.audit.replica} lists ${theirs}.`));
    }
    return violations;
  });
}

function firstDifference(left: readonly OrderView[], right: readonly OrderView[]): number | undefined {
  const length = Math.max(left.length, right.length);
  for (let offset = 0; offset < length; offset += 1) {
    const [one, other] = [left[offset], right[offset]];
    if (one?.number !== other?.number || one?.name !== other?.name || one?.quantity !== other?.quantity) return offset;
  }
  return undefined;
}

function describe(order: OrderView | undefined): string {
  return order === undefined ? 'nothing' : `order ${order.number} (${order.quantity} ${order.name})`;
}
