import { unreachable } from '../unreachable.js';

import type { FaultOrder } from './fault-order.js';

/**
 * Where a process can be made to kill itself (SIGKILL), in the order in which an order passes them:
 *
 * - `before-send`: the intent is durable in the leader's own log and has been sent to nobody.
 * - `before-commit`: a follower has said that a new entry is durable there; the leader has not heard it yet.
 * - `after-intent-commit`: the intent is committed; the catalog has not been asked.
 * - `after-debit-answer`: the catalog has answered; nothing of the answer is in the log.
 * - `before-reply`: the outcome is applied; the frontend has not been answered.
 * - `after-reply`: the answer has left the process.
 * - `before-sync`: something was written to the log, and `fdatasync` is about to be called (on any replica).
 */
export const killPoints = [
  'before-send',
  'before-commit',
  'after-intent-commit',
  'after-debit-answer',
  'before-reply',
  'after-reply',
  'before-sync',
] as const;
export type KillPoint = (typeof killPoints)[number];

export const faultKinds = ['kill', 'block', 'lose-unsynced', 'disk-full', 'sync-error', 'slow-sync'] as const;
export type FaultKind = (typeof faultKinds)[number];

/** What a process can be told to suffer. Arming a kind again replaces what was armed of it. */
export type Fault =
  /** The process kills itself when it passes the point for the `hit`-th time from now. */
  | { readonly kind: 'kill'; readonly at: KillPoint; readonly hit: number }
  /** The event loop stands still, once, for `ms`. */
  | { readonly kind: 'block'; readonly ms: number }
  /** Writes stay in the memory of the process until they are synced, so that a kill loses what was not. */
  | { readonly kind: 'lose-unsynced' }
  /** After `bytes` more, every write is refused with ENOSPC, until the faults are cleared. */
  | { readonly kind: 'disk-full'; readonly bytes: number }
  /** Every sync is refused with EIO. */
  | { readonly kind: 'sync-error' }
  /** Every sync takes `ms` longer. */
  | { readonly kind: 'slow-sync'; readonly ms: number };

/** Reads a message as a fault, or says what it lacks or must not have. */
export function parseFault(order: FaultOrder): Fault | { readonly kind: 'refused'; readonly why: string } {
  const { kind, at, hit, ms, bytes } = order;
  const has = { at: at !== undefined, hit: hit !== undefined, ms: ms !== undefined, bytes: bytes !== undefined };
  const strange = (Object.keys(has) as (keyof typeof has)[]).filter((name) => has[name] && !settingsOf[kind].has(name));
  if (strange.length > 0) return { kind: 'refused', why: `${kind} takes no ${strange.join(' and no ')}` };
  switch (kind) {
    case 'kill':
      if (at === undefined)
        return { kind: 'refused', why: `kill needs the point: at is one of ${killPoints.join(', ')}` };
      return { kind, at, hit: hit ?? 1 };
    case 'block':
    case 'slow-sync':
      return ms === undefined ? { kind: 'refused', why: `${kind} needs ms, the milliseconds it lasts` } : { kind, ms };
    case 'disk-full':
      return { kind, bytes: bytes ?? 0 };
    case 'lose-unsynced':
    case 'sync-error':
      return { kind };
    default:
      return unreachable(kind);
  }
}

const settingsOf: Readonly<Record<FaultKind, ReadonlySet<string>>> = {
  kill: new Set(['at', 'hit']),
  block: new Set(['ms']),
  'lose-unsynced': new Set(),
  'disk-full': new Set(['bytes']),
  'sync-error': new Set(),
  'slow-sync': new Set(['ms']),
};
