/**
 * Where the owner remembers how long a lease may last that one of its lives has granted. It must survive what the data
 * survives. `describeLeaseRecord` of `./testing` checks implementations.
 */
export interface LeaseRecord {
  /** What was written last, ms; nothing when nothing ever was. Asked once a start. */
  read(): number | undefined | Promise<number | undefined>;
  /** Durable when it resolves. When it rejects, the old or the new one may be read from then on. */
  write(longestLeaseMs: number): Promise<void>;
}

/** How a life of the owner begins, as far as leases of earlier ones go. */
export interface LeasePlan {
  /** How long leases of earlier lives may still be in force. */
  readonly graceMs: number;
  /** What the record has to say before the first lease is granted. */
  readonly longestMs: number;
  /** Does the record say more than this life needs, once the grace is over? */
  readonly shrinks: boolean;
}

/**
 * @param past.recordedMs what the record says
 * @param past.unrecordedMs when it says nothing: the longest lease of an earlier life that kept none; 0 when there was no earlier life
 */
export function planLeases(
  leaseMs: number,
  past: { readonly recordedMs: number | undefined; readonly unrecordedMs: number },
): LeasePlan {
  const graceMs = past.recordedMs ?? past.unrecordedMs;
  // A life that crashes within its grace leaves leases of both behind, so the longer one stays on record until then.
  const longestMs = Math.max(graceMs, leaseMs);
  return { graceMs, longestMs, shrinks: longestMs > leaseMs };
}
