import type { OrderView } from '@toystore/contracts';
import { LabError } from '../lab-error.js';
import type { ReplicaSnapshot } from './store-snapshot.js';
import type { Violation } from './violation.js';

/** An order that a client says was acknowledged to it. */
export interface AcknowledgedOrder {
  readonly number: number;
  readonly name: string;
  readonly quantity: number;
  /** The idempotency key it was placed under, where the client wrote it down. */
  readonly key?: string | undefined;
  /** The file that says so. */
  readonly source: string;
}

/** Reads a client's records: a header with at least `number,name,quantity`, then one order a line. A last line that a crash cut short is no record. */
export function parseOrderRecords(text: string, source: string): readonly AcknowledgedOrder[] {
  const lines = text.split('\n');
  // Complete lines end in a line feed, so the last piece is empty or torn.
  lines.pop();
  const columns = (lines.shift() ?? '').trimEnd().split(',');
  const [number, name, quantity, key] = ['number', 'name', 'quantity', 'key'].map((column) =>
    columns.indexOf(column),
  ) as [number, number, number, number];
  if (number < 0 || name < 0 || quantity < 0) {
    throw new LabError(
      'invalid-command',
      `${source} is not a client's order file: its first line must name the columns number,name,quantity.`,
    );
  }
  return lines.map((line, offset) => {
    const cells = line.trimEnd().split(',');
    const order = {
      number: Number(cells[number]),
      name: cells[name] ?? '',
      quantity: Number(cells[quantity]),
      key: key < 0 ? undefined : cells[key],
      source,
    };
    if (!Number.isSafeInteger(order.number) || !Number.isSafeInteger(order.quantity) || order.name === '') {
      throw new LabError('invalid-command', `${source}, line ${offset + 2} is not an order: '${line}'`);
    }
    return order;
  });
}

/** Checks that each acknowledged order is on the replica as acknowledged, and that no number was acknowledged to two attempts. */
export function acknowledgedViolations(
  acknowledged: readonly AcknowledgedOrder[],
  replica: ReplicaSnapshot,
): readonly Violation[] {
  const held = new Map<number, OrderView>(replica.orders.map((order) => [order.number, order]));
  return acknowledged.flatMap(({ number, name, quantity, source }) => {
    const order = held.get(number);
    if (order !== undefined && order.name === name && order.quantity === quantity) return [];
    const found = order === undefined ? 'it does not exist' : `it is ${order.quantity} ${order.name}`;
    return [
      {
        invariant: 'acknowledged-orders' as const,
        subject: replica.audit.replica,
        detail: `Order ${number} was acknowledged as ${quantity} ${name} (${source}), but ${found}.`,
      },
    ];
  });
}

/** Finds numbers that were given to two different attempts, and attempts that were given two numbers. */
export function duplicateViolations(acknowledged: readonly AcknowledgedOrder[]): readonly Violation[] {
  const byNumber = new Map<number, AcknowledgedOrder>();
  const byKey = new Map<string, AcknowledgedOrder>();
  const violations: Violation[] = [];
  for (const order of acknowledged) {
    const sameNumber = byNumber.get(order.number);
    // The same key twice is one attempt that was recorded again after a crash.
    if (sameNumber !== undefined && (order.key === undefined || sameNumber.key !== order.key)) {
      violations.push({
        invariant: 'acknowledged-orders',
        subject: order.source,
        detail: `Order number ${order.number} was acknowledged twice, the other time in ${sameNumber.source}.`,
      });
    }
    const sameKey = order.key === undefined ? undefined : byKey.get(order.key);
    if (sameKey !== undefined && sameKey.number !== order.number) {
      violations.push({
        invariant: 'acknowledged-orders',
        subject: order.source,
        detail: `One attempt (key ${order.key}) was acknowledged as order ${sameKey.number} and as order ${order.number}.`,
      });
    }
    byNumber.set(order.number, order);
    if (order.key !== undefined) byKey.set(order.key, order);
  }
  return violations;
}
