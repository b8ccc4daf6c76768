import type { CacheKey } from './cache-key.js';
import { ownerRules, type OwnerRules } from './owner-rules.js';
import type { Session } from './session.js';

/** Names one mutation that waits; chosen by the caller, never reused. */
export type MutationId = number;

export interface LedgerLimits {
  readonly leaseMs: number;
  readonly renewGuardMs: number;
  readonly subscribersMax: number;
  readonly pendingKeysMax: number;
}

/** What a subscriber says about itself, checked at the edge. */
export interface SubscriberFacts {
  readonly id: string;
  readonly session: Session;
  readonly callbackUrl: string;
  /** Sent back with every DELETE, so that the subscriber knows its owner. */
  readonly capability: string | undefined;
}

/** Highest sequence to deliver and when the oldest change it covers was announced. */
export interface Outstanding {
  readonly sequence: number;
  readonly since: number;
}

/** Invalidations of one key that one subscriber has not acknowledged. */
export interface PendingKey {
  readonly sessionName: string;
  readonly key: CacheKey;
  /** A DELETE with this is on its way. At most one: what is announced meanwhile goes with the next. */
  sent: Outstanding | undefined;
  queued: Outstanding | undefined;
  waiting: { readonly mutation: MutationId; readonly sequence: number }[];
}

export interface SubscribedSession {
  readonly name: string;
  readonly facts: SubscriberFacts;
  /** Given to this registration alone: whoever echoes it has received the answer to it. */
  readonly grant: number;
  /** By the owner's clock, counted from the arrival of the heartbeat. `neverLeased` until the first. */
  leaseEndsAt: number;
  /** Too much is outstanding: it gets no more lease. */
  condemned: boolean;
  readonly pending: Map<CacheKey, PendingKey>;
  /** Mutations that nothing but the end of this lease releases. */
  waitingForLeaseEnd: MutationId[];
}

/** A cache that has not had a lease yet holds nothing, so there is nothing that it could miss. */
export const neverLeased = -Infinity;

/** Who may be serving what. Instants are monotonic milliseconds of the owner. */
export interface SubscriberLedger {
  readonly limits: LedgerLimits;
  readonly rules: OwnerRules;
  readonly epoch: number;
  readonly graceEndsAt: number;
  readonly sessions: Map<string, SubscribedSession>;
  /** Registrations of this life so far. */
  grants: number;
  /** The highest sequence announced in this life. */
  sequence: number;
  /** Keys with something queued and nothing sent. */
  readonly ready: Set<PendingKey>;
  /** How many acknowledgements, lease ends or grace ends each mutation still waits for. */
  readonly blockers: Map<MutationId, number>;
  waitingForGrace: MutationId[];
  released: MutationId[];
}

export function openLedger(
  limits: LedgerLimits,
  life: { readonly epoch: number; readonly graceEndsAt: number },
  rules: OwnerRules = ownerRules,
): SubscriberLedger {
  return {
    limits,
    rules,
    epoch: life.epoch,
    graceEndsAt: life.graceEndsAt,
    sessions: new Map(),
    grants: 0,
    sequence: 0,
    ready: new Set(),
    blockers: new Map(),
    waitingForGrace: [],
    released: [],
  };
}

export function oldestOutstanding(session: SubscribedSession): number | undefined {
  let oldest: number | undefined;
  for (const { sent, queued } of session.pending.values()) {
    for (const since of [sent?.since, queued?.since]) {
      if (since !== undefined && (oldest === undefined || since < oldest)) oldest = since;
    }
  }
  return oldest;
}

/** Covers both: the higher sequence, announced as long ago as the older one. */
export function merged(a: Outstanding | undefined, b: Outstanding | undefined): Outstanding | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return { sequence: Math.max(a.sequence, b.sequence), since: Math.min(a.since, b.since) };
}

export function block(ledger: SubscriberLedger, mutation: MutationId): void {
  ledger.blockers.set(mutation, (ledger.blockers.get(mutation) ?? 0) + 1);
}

export function unblock(ledger: SubscriberLedger, mutation: MutationId): void {
  const left = (ledger.blockers.get(mutation) ?? 1) - 1;
  if (left > 0) {
    ledger.blockers.set(mutation, left);
    return;
  }
  ledger.blockers.delete(mutation);
  ledger.released.push(mutation);
}
