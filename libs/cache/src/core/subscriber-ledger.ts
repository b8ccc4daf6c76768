import type { CacheKey } from './cache-key.js';
import type { PendingInvalidation } from './cache-session.js';
import {
  block,
  merged,
  neverLeased,
  oldestOutstanding,
  unblock,
  type MutationId,
  type PendingKey,
  type SubscribedSession,
  type SubscriberFacts,
  type SubscriberLedger,
} from './ledger-state.js';
import { formatSession, parseSession } from './session.js';

/** Bounds a heartbeat's answer, and with it the acknowledgements in the next heartbeat. */
export const invalidationsPerAnswerMax = 256;

export type SubscribeDecision =
  /** No lease yet: the first heartbeat that echoes `grant` gets it, because that shows that the answer has arrived. */
  | { readonly kind: 'granted'; readonly grant: number }
  /** A later session of the same instance is subscribed already: this request was overtaken on its way. */
  | { readonly kind: 'superseded' }
  /** `subscribersMax` sessions hold leases. */
  | { readonly kind: 'full' };

/**
 * Registers a cache that was emptied before it asked. Earlier sessions of its instance end here: they serve nothing any
 * more. The request may be a copy that arrives at any time later, and its answer may be lost.
 */
export function subscribe(ledger: SubscriberLedger, facts: SubscriberFacts, now: number): SubscribeDecision {
  expireLeases(ledger, now);
  for (const other of [...ledger.sessions.values()]) {
    if (ledger.rules.registrationEnds(facts.session, other.facts.session)) dropSession(ledger, other);
    else if (ledger.rules.registrationEnds(other.facts.session, facts.session)) return { kind: 'superseded' };
  }
  const name = formatSession(facts.session);
  const known = ledger.sessions.get(name);
  if (known !== undefined) return { kind: 'granted', grant: known.grant };
  if (ledger.sessions.size >= ledger.limits.subscribersMax && !dropOneWithoutLease(ledger, now))
    return { kind: 'full' };

  ledger.grants += 1;
  const grant = ledger.grants;
  const leaseEndsAt = ledger.rules.registrationGetsLease() ? now + ledger.limits.leaseMs : neverLeased;
  const nothing = { condemned: false, pending: new Map<CacheKey, PendingKey>(), waitingForLeaseEnd: [] };
  ledger.sessions.set(name, { name, facts, grant, leaseEndsAt, ...nothing });
  return { kind: 'granted', grant };
}

export interface Heartbeat {
  readonly subscriberId: string;
  readonly session: string;
  /** As the registration was answered. */
  readonly epoch: number;
  readonly grant: number;
  /** What earlier answers brought and the cache has applied. */
  readonly acknowledged: readonly PendingInvalidation[];
}

export type HeartbeatDecision =
  /** `leaseMs` 0: not renewed this time, apply and acknowledge the invalidations first. */
  | {
      readonly kind: 'known';
      readonly leaseMs: number;
      /** The highest announced so far: what a cache stores under its first lease is at least that new. */
      readonly sequence: number;
      readonly invalidations: readonly PendingInvalidation[];
    }
  /** Not subscribed, or it has missed something: the cache must be emptied and register anew. */
  | { readonly kind: 'void' };

export function heartbeat(ledger: SubscriberLedger, beat: Heartbeat, now: number): HeartbeatDecision {
  expireLeases(ledger, now);
  const session = ledger.sessions.get(beat.session);
  if (session === undefined || session.facts.id !== beat.subscriberId) return { kind: 'void' };
  if (!ledger.rules.isOfThisLife(ledger.epoch, beat.epoch)) return { kind: 'void' };
  if (!ledger.rules.recognises(session.grant, beat.grant)) return { kind: 'void' };
  for (const { key, sequence } of beat.acknowledged) acknowledge(ledger, { session: beat.session, key, sequence });
  const leaseMs = renew(ledger, session, now);
  return { kind: 'known', leaseMs, sequence: ledger.sequence, invalidations: outstandingOf(session) };
}

/** The cache of that session is empty and stays so; nothing waits for it any more. */
export function unsubscribe(ledger: SubscriberLedger, sessionName: string): void {
  const session = ledger.sessions.get(sessionName);
  if (session !== undefined) dropSession(ledger, session);
}

/**
 * A subscriber answered a DELETE meant for one session as another one. Of the same instance and later: the session it
 * was meant for has ended. Of another instance: nothing is known about the process that held the lease, so it is waited for.
 */
export function answeredAs(ledger: SubscriberLedger, sessionName: string, answeredName: string): void {
  const session = ledger.sessions.get(sessionName);
  const answered = parseSession(answeredName);
  if (session !== undefined && answered !== undefined && ledger.rules.answerEnds(answered, session.facts.session))
    dropSession(ledger, session);
}

export interface Announcement {
  readonly mutation: MutationId;
  readonly keys: readonly CacheKey[];
  /** The owner's position after the mutation. */
  readonly sequence: number;
  /** False: deliver, but release the mutation at once. */
  readonly awaited: boolean;
}

/**
 * A mutation has been committed and is visible to readers. `takeReleased` names it when no lease holder can serve
 * anything older any more. Whose first lease begins after this has stored nothing yet.
 */
export function announce(ledger: SubscriberLedger, change: Announcement, now: number): void {
  expireLeases(ledger, now);
  block(ledger, change.mutation);
  ledger.sequence = Math.max(ledger.sequence, change.sequence);
  for (const session of [...ledger.sessions.values()]) {
    if (session.leaseEndsAt === neverLeased) continue;
    // Its lease has run out and it now misses a change. Should it come back, it has to start empty.
    if (ledger.rules.forgetsWhoMissed(session.leaseEndsAt, now)) dropSession(ledger, session);
    else for (const key of change.keys) enqueue(ledger, session, key, change, now);
  }
  if (change.awaited && ledger.rules.graceHolds(ledger.graceEndsAt, now)) {
    block(ledger, change.mutation);
    ledger.waitingForGrace.push(change.mutation);
  }
  unblock(ledger, change.mutation);
}

export interface Delivery {
  readonly session: string;
  readonly subscriber: SubscriberFacts;
  readonly key: CacheKey;
  readonly sequence: number;
}

/** What has to be sent now. Everything announced for a key since its last DELETE goes in one, with the highest sequence. */
export function takeDeliveries(ledger: SubscriberLedger): readonly Delivery[] {
  const deliveries: Delivery[] = [];
  for (const pending of ledger.ready) {
    const delivery = nextDelivery(ledger, pending);
    if (delivery !== undefined) deliveries.push(delivery);
  }
  ledger.ready.clear();
  return deliveries;
}

/** A DELETE failed or was not answered. Returns what to send instead, or nothing when it is not needed any more. */
export function retryDelivery(ledger: SubscriberLedger, failed: Delivery, now: number): Delivery | undefined {
  expireLeases(ledger, now);
  const pending = ledger.sessions.get(failed.session)?.pending.get(failed.key);
  if (pending?.sent?.sequence !== failed.sequence) return undefined;
  pending.queued = merged(pending.sent, pending.queued);
  return nextDelivery(ledger, pending);
}

/** The subscriber has applied everything up to that sequence for the key, and said so. */
export function acknowledge(
  ledger: SubscriberLedger,
  ack: { readonly session: string; readonly key: CacheKey; readonly sequence: number },
): void {
  const session = ledger.sessions.get(ack.session);
  const pending = session?.pending.get(ack.key);
  if (session === undefined || pending === undefined) return;
  const { covers } = ledger.rules;
  for (const { mutation, sequence } of pending.waiting) if (covers(ack.sequence, sequence)) unblock(ledger, mutation);
  pending.waiting = pending.waiting.filter(({ sequence }) => !covers(ack.sequence, sequence));
  if (pending.sent !== undefined && pending.sent.sequence <= ack.sequence) pending.sent = undefined;
  if (pending.queued !== undefined && pending.queued.sequence <= ack.sequence) pending.queued = undefined;
  if (pending.queued !== undefined && pending.sent === undefined) ledger.ready.add(pending);
  if (pending.queued === undefined && pending.sent === undefined) forgetPending(ledger, session, pending);
}

/** Mutations that may be acknowledged now, each named once. */
export function takeReleased(ledger: SubscriberLedger, now: number): readonly MutationId[] {
  expireLeases(ledger, now);
  if (ledger.waitingForGrace.length > 0 && !ledger.rules.graceHolds(ledger.graceEndsAt, now)) {
    for (const mutation of ledger.waitingForGrace) unblock(ledger, mutation);
    ledger.waitingForGrace = [];
  }
  const released = ledger.released;
  ledger.released = [];
  return released;
}

/** When `takeReleased` has to be asked again even if nothing else happens. `Infinity`: never. */
export function nextLedgerDeadline(ledger: SubscriberLedger): number {
  let deadline = ledger.waitingForGrace.length > 0 ? ledger.graceEndsAt : Infinity;
  for (const session of ledger.sessions.values()) {
    if (session.pending.size > 0 || session.condemned) deadline = Math.min(deadline, session.leaseEndsAt);
  }
  return deadline;
}

/** From then on nobody is served under a lease of this life, or of the ones before it. */
export function lastLeaseEnd(ledger: SubscriberLedger): number {
  return Math.max(ledger.graceEndsAt, ...[...ledger.sessions.values()].map(({ leaseEndsAt }) => leaseEndsAt));
}

/** After a new start within one process: what waited for subscribers of the old life waits for the new life's grace. */
export function adoptWaiting(ledger: SubscriberLedger, previous: SubscriberLedger): void {
  ledger.released.push(...previous.released);
  for (const mutation of previous.blockers.keys()) {
    block(ledger, mutation);
    ledger.waitingForGrace.push(mutation);
  }
}

function enqueue(
  ledger: SubscriberLedger,
  session: SubscribedSession,
  key: CacheKey,
  change: Announcement,
  now: number,
): void {
  const waits = change.awaited && ledger.rules.mustWaitFor(session.leaseEndsAt, now);
  if (waits) block(ledger, change.mutation);
  let pending = session.pending.get(key);
  if (pending === undefined && session.pending.size >= ledger.limits.pendingKeysMax) {
    session.condemned = true;
    if (waits) session.waitingForLeaseEnd.push(change.mutation);
    return;
  }
  if (pending === undefined) {
    pending = { sessionName: session.name, key, sent: undefined, queued: undefined, waiting: [] };
    session.pending.set(key, pending);
  }
  pending.queued = merged(pending.queued, { sequence: change.sequence, since: now });
  if (waits) pending.waiting.push({ mutation: change.mutation, sequence: change.sequence });
  if (pending.sent === undefined) ledger.ready.add(pending);
}

function nextDelivery(ledger: SubscriberLedger, pending: PendingKey): Delivery | undefined {
  const session = ledger.sessions.get(pending.sessionName);
  if (session === undefined || pending.queued === undefined) return undefined;
  pending.sent = pending.queued;
  pending.queued = undefined;
  return { session: session.name, subscriber: session.facts, key: pending.key, sequence: pending.sent.sequence };
}

/** Oldest first, at most `invalidationsPerAnswerMax`; the rest waits for the next answer or its DELETE. */
function outstandingOf(session: SubscribedSession): readonly PendingInvalidation[] {
  const outstanding: PendingInvalidation[] = [];
  for (const { key, sent, queued } of session.pending.values()) {
    if (outstanding.length === invalidationsPerAnswerMax) break;
    outstanding.push({ key, sequence: Math.max(sent?.sequence ?? 0, queued?.sequence ?? 0) });
  }
  return outstanding;
}

/** Returns the lease that was given: 0 for none. */
function renew(ledger: SubscriberLedger, session: SubscribedSession, now: number): number {
  const oldest = oldestOutstanding(session);
  const oldestMs = oldest === undefined ? undefined : now - oldest;
  if (session.condemned && !ledger.rules.mayRenewCondemned()) return 0;
  if (!ledger.rules.mayRenew(oldestMs, ledger.limits.renewGuardMs)) return 0;
  session.leaseEndsAt = now + ledger.limits.leaseMs;
  return ledger.limits.leaseMs;
}

/**
 * A lease that ran out while something was outstanding ends the session: that cache has missed a change. One that missed
 * nothing stays known, so that a subscriber that only paused keeps its entries when it comes back.
 */
function expireLeases(ledger: SubscriberLedger, now: number): void {
  for (const session of [...ledger.sessions.values()]) {
    const hasMissed = session.pending.size > 0 || session.condemned;
    if (hasMissed && ledger.rules.forgetsWhoMissed(session.leaseEndsAt, now)) dropSession(ledger, session);
  }
}

function dropSession(ledger: SubscriberLedger, session: SubscribedSession): void {
  ledger.sessions.delete(session.name);
  for (const pending of [...session.pending.values()]) forgetPending(ledger, session, pending);
  for (const mutation of session.waitingForLeaseEnd) unblock(ledger, mutation);
  session.waitingForLeaseEnd = [];
}

function forgetPending(ledger: SubscriberLedger, session: SubscribedSession, pending: PendingKey): void {
  session.pending.delete(pending.key);
  ledger.ready.delete(pending);
  for (const { mutation } of pending.waiting) unblock(ledger, mutation);
  pending.waiting = [];
}

function dropOneWithoutLease(ledger: SubscriberLedger, now: number): boolean {
  for (const session of ledger.sessions.values()) {
    if (now < session.leaseEndsAt) continue;
    dropSession(ledger, session);
    return true;
  }
  return false;
}
