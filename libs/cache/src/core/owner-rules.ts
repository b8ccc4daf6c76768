/** The owner's half of the rules, one function each. The model check takes them away one at a time. */
export interface OwnerRules {
  /** May a lease be extended while the oldest outstanding invalidation of that subscriber is this old? */
  mayRenew(oldestOutstandingMs: number | undefined, renewGuardMs: number): boolean;
  /** May leases of an earlier life of the owner still be in force? */
  graceHolds(graceEndsAt: number, now: number): boolean;
  /** Does a mutation wait for a subscriber whose lease ends then? */
  mustWaitFor(leaseEndsAt: number, now: number): boolean;
}

export const ownerRules: OwnerRules = Object.freeze<OwnerRules>({
  // A subscriber whose heartbeats arrive while DELETEs to it, or its answers, do not, would hold up mutations for ever.
  mayRenew: (oldestOutstandingMs, renewGuardMs) =>
    oldestOutstandingMs === undefined || oldestOutstandingMs <= renewGuardMs,

  graceHolds: (graceEndsAt, now) => now < graceEndsAt,

  mustWaitFor: (leaseEndsAt, now) => now < leaseEndsAt,
});
