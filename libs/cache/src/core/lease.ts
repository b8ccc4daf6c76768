/**
 * The owner's permission to serve from the cache. Instants are milliseconds of the subscriber's own monotonic clock;
 * the owner's clock is never compared with it.
 * Source: C. Gray, D. Cheriton, "Leases: An Efficient Fault-Tolerant Mechanism for Distributed File Cache Consistency", 1989.
 */
export type Lease =
  | { readonly kind: 'none' }
  /** Registering: entries are gone, nothing may be served or stored before the first heartbeat has got a lease. */
  | { readonly kind: 'asked'; readonly session: string; readonly grant: Grant | undefined }
  | {
      readonly kind: 'held';
      readonly session: string;
      readonly grant: Grant;
      readonly until: number;
      readonly epoch: number;
    };

/** The owner's answer to a registration, to be echoed with every heartbeat. */
export interface Grant {
  readonly epoch: number;
  readonly number: number;
}

export const noLease: Lease = Object.freeze({ kind: 'none' });

/** The one question of every hit and every join. A lease that ran out may come back into force by a renewal. */
export function leaseInForce(lease: Lease, now: number): boolean {
  return lease.kind === 'held' && now < lease.until;
}

export function sessionOf(lease: Lease): string | undefined {
  return lease.kind === 'none' ? undefined : lease.session;
}

export function remainingMs(lease: Lease, now: number): number {
  return lease.kind === 'held' ? Math.max(0, lease.until - now) : 0;
}

export interface LeaseTerm {
  /** When the request that asked for it was sent, or when its answer arrived: see the rule `leaseCountsFrom`. */
  readonly from: number;
  readonly leaseMs: number;
  /** For clocks that run at different rates. */
  readonly marginMs: number;
}

export function leaseEnd(term: LeaseTerm): number {
  return term.from + term.leaseMs - term.marginMs;
}
