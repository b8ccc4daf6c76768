import type { CacheExplanation, CacheStats } from '@quorumkit/cache';
import { formatVersion } from '@quorumkit/cache';
import type { MemberReport } from '@quorumkit/leader';
import type { CachedProductView, CacheView, ExplanationView, MemberView } from '@toystore/contracts';
import { productNameIn } from '../products/product-key.js';

/**
 * What the public may see of a member. Neither its address nor the reason of its silence, which may carry an address.
 */
export function memberView({ member: { id, priority, kind }, reply }: MemberReport): MemberView {
  const status = reply.kind === 'status' ? reply.status : undefined;
  return {
    id,
    priority,
    kind,
    answer: reply.kind,
    role: status?.role ?? null,
    term: status?.term ?? null,
    leader: status?.leader ?? null,
    lastLogIndex: status?.lastLogIndex ?? null,
    commitIndex: status?.commitIndex ?? null,
    appliedIndex: status?.appliedIndex ?? null,
    isDiskFull: status?.storage === 'full',
  };
}

export function cacheView(stats: CacheStats, held: readonly CacheExplanation[]): CacheView {
  return {
    capacity: stats.capacity,
    isLeaseInForce: stats.leaseInForce,
    leaseRemainingMs: Math.round(stats.leaseRemainingMs),
    epoch: stats.epoch ?? null,
    entryCount: stats.keys.length,
    entries: held.flatMap(cachedProduct),
    hits: stats.hits + stats.negativeHits,
    misses: stats.misses,
    joined: stats.collapsed,
    passed: stats.passes,
    invalidations: stats.invalidations,
    evictions: stats.evictions,
    staleFillsPrevented: stats.staleFillsPrevented,
  };
}

function cachedProduct({ key, version, ageMs }: CacheExplanation): CachedProductView[] {
  if (version === undefined || ageMs === undefined) return [];
  return [{ name: productNameIn(key), epoch: version.epoch, sequence: version.sequence, ageMs: Math.round(ageMs) }];
}

export function explanationView({ key, ...said }: CacheExplanation): ExplanationView {
  return {
    name: productNameIn(key),
    wouldServe: said.wouldServe,
    because: said.because,
    version: said.version === undefined ? null : formatVersion(said.version),
    floor: formatVersion(said.floor),
    ageMs: said.ageMs === undefined ? null : Math.round(said.ageMs),
    pastRequests: said.pastRequests.map(({ outcome, because, count, lastAgoMs }) => ({
      outcome,
      because,
      count,
      lastAgoMs: Math.round(lastAgoMs),
    })),
  };
}
