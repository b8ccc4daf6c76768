/** Plain numbers: counting must cost nothing on the hit path. The metrics read them when they are scraped. */
export interface CacheCounters {
  hits: number;
  negativeHits: number;
  staleHits: number;
  staleOnError: number;
  misses: number;
  collapsed: number;
  passes: number;
  bypasses: number;
  refused: number;
  loadErrors: number;
  evictions: number;
  staleFillsPrevented: number;
  lateJoinsPrevented: number;
  overtaken: number;
  regressions: number;
  belowMinimum: number;
  sessionVoids: number;
  flushesAtStart: number;
  flushesForEpoch: number;
  flushesForSession: number;
  flushesByHand: number;
  heartbeatsFailed: number;
  unversionedSetsRefused: number;
}

export function zeroCounters(): CacheCounters {
  return {
    hits: 0,
    negativeHits: 0,
    staleHits: 0,
    staleOnError: 0,
    misses: 0,
    collapsed: 0,
    passes: 0,
    bypasses: 0,
    refused: 0,
    loadErrors: 0,
    evictions: 0,
    staleFillsPrevented: 0,
    lateJoinsPrevented: 0,
    overtaken: 0,
    regressions: 0,
    belowMinimum: 0,
    sessionVoids: 0,
    flushesAtStart: 0,
    flushesForEpoch: 0,
    flushesForSession: 0,
    flushesByHand: 0,
    heartbeatsFailed: 0,
    unversionedSetsRefused: 0,
  };
}
