import { invariant } from './invariant.js';
import type { FinishedKey } from './key-memory.js';
import type { OpenIntent } from './open-intents.js';
import type { RefusalReason, Settlement } from './order-command.js';
import type { PlacedOrder } from './placed-orders.js';

/** The ledger's contents. */
export interface LedgerContents {
  readonly lastIndex: number;
  readonly soldDigest: string;
  readonly hash: string;
  readonly orders: readonly PlacedOrder[];
  readonly open: readonly OpenIntent[];
  readonly finished: readonly FinishedKey[];
}

/**
 * The stored form. Orders and keys are the bulk of it, so they are flat rows: about 12 and 60 bytes of JSON each
 * instead of 45 and 130.
 */
interface StoredLedger {
  readonly version: 1;
  readonly lastIndex: number;
  readonly soldDigest: string;
  readonly hash: string;
  readonly names: readonly string[];
  /** Position in `names`, then quantity, for order 0, 1, 2, … */
  readonly orders: readonly number[];
  readonly open: readonly OpenIntent[];
  readonly finished: readonly StoredKey[];
}

type StoredKey = readonly [
  key: string,
  fingerprint: string,
  ended: number | RefusalReason,
  finishedAt: number,
  version?: string,
];

export function encodeSnapshot(contents: LedgerContents): unknown {
  const positions = new Map<string, number>();
  const orders: number[] = [];
  for (const { name, quantity } of contents.orders) {
    const position = positions.get(name) ?? positions.size;
    positions.set(name, position);
    orders.push(position, quantity);
  }
  const stored: StoredLedger = {
    version: 1,
    lastIndex: contents.lastIndex,
    soldDigest: contents.soldDigest,
    hash: contents.hash,
    names: [...positions.keys()],
    orders,
    open: contents.open,
    finished: contents.finished.map(({ key, fingerprint, settlement, finishedAt }) => [
      key,
      fingerprint,
      settlement.kind === 'placed' ? settlement.number : settlement.reason,
      finishedAt,
      ...(settlement.kind === 'placed' && settlement.version !== undefined
        ? ([settlement.version] as const)
        : ([] as const)),
    ]),
  };
  return stored;
}

export function decodeSnapshot(snapshot: unknown): LedgerContents {
  invariant(
    isStoredLedger(snapshot),
    'a snapshot of the order ledger has version 1; this one was written by other software',
  );
  const orders: PlacedOrder[] = [];
  for (let offset = 0; offset < snapshot.orders.length; offset += 2) {
    const name = snapshot.names[snapshot.orders[offset] ?? -1];
    const quantity = snapshot.orders[offset + 1];
    invariant(name !== undefined && quantity !== undefined, `order ${offset / 2} of the snapshot is incomplete`);
    orders.push({ number: offset / 2, name, quantity });
  }
  return {
    lastIndex: snapshot.lastIndex,
    soldDigest: snapshot.soldDigest,
    hash: snapshot.hash,
    orders,
    open: snapshot.open,
    finished: snapshot.finished.map(([key, fingerprint, ended, finishedAt, version]) => ({
      key,
      fingerprint,
      settlement: settlementOf(ended, version),
      finishedAt,
    })),
  };
}

function settlementOf(ended: number | RefusalReason, version: string | undefined): Settlement {
  if (typeof ended !== 'number') return { kind: 'refused', reason: ended };
  return version === undefined ? { kind: 'placed', number: ended } : { kind: 'placed', number: ended, version };
}

/** Snapshots are checksummed by the log store, so telling the version apart is enough. */
function isStoredLedger(snapshot: unknown): snapshot is StoredLedger {
  return typeof snapshot === 'object' && snapshot !== null && 'version' in snapshot && snapshot.version === 1;
}
