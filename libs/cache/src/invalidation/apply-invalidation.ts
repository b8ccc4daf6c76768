import { timingSafeEqual } from 'node:crypto';

import type { InvalidateOutcome } from '../core/coherent-cache.js';
import { sessionOf } from '../core/lease.js';
import type { CacheRuntime } from '../serving/cache-runtime.js';
import type { CoherentCache } from '../serving/coherent-cache.service.js';
import type { InvalidationRequest } from './invalidation-request.js';

/** What the answer to an invalidation says. */
export interface AppliedInvalidation {
  readonly applied: InvalidateOutcome['applied'];
  /** The session that the cache is in: the owner counts the answer for no other. */
  readonly session: string;
}

/** Applies the owner's news. One synchronous turn: what is answered with its result is true when it is sent. */
export function applyInvalidation(cache: CoherentCache, { key, version }: InvalidationRequest): AppliedInvalidation {
  const applied = cache.invalidate(key, version);
  return { applied, session: sessionOf(cache.runtime.state.lease) ?? 'none' };
}

/** Without call authentication the capability is what keeps strangers out; with it, it is checked when it is there. */
export function isCapable({ config, capability }: CacheRuntime, given: string | string[] | undefined): boolean {
  if (given === undefined && config.auth !== 'none') return true;
  const expected = Buffer.from(capability);
  const presented = Buffer.from(typeof given === 'string' ? given : '');
  return presented.length === expected.length && timingSafeEqual(presented, expected);
}
