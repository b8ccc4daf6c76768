import { beginSession, takeGrant, takeLeaseAnswer } from '../core/cache-session.js';
import { formatSession } from '../core/session.js';
import type { CoherentCache } from '../serving/coherent-cache.service.js';

/** Puts a lease in force without an owner, for tests of what sits on top of the cache. The cache starts empty. */
export function holdLease(
  cache: CoherentCache,
  lease: { readonly epoch?: number; readonly leaseMs?: number } = {},
): void {
  const { state, scheduler, instance } = cache.runtime;
  const session = formatSession({ instance, ordinal: 1 });
  const now = scheduler.now();
  const epoch = lease.epoch ?? 1;
  beginSession(state, session);
  takeGrant(state, session, { epoch, number: 1 });
  takeLeaseAnswer(state, {
    session,
    epoch,
    sequence: 0,
    sentAt: now,
    receivedAt: now,
    leaseMs: lease.leaseMs ?? Number.MAX_SAFE_INTEGER,
    invalidations: [],
  });
}
