import { supersedes, type Session } from './session.js';

/** The owner's half of the rules, one function each. The model checks take them away one at a time. */
export interface OwnerRules {
  /** Is there a lease for a registration, before it is known that its answer arrives? */
  registrationGetsLease(): boolean;
  /** Has a heartbeat that echoes `echoed` seen the answer to the registration that was given `granted`? */
  recognises(granted: number, echoed: number): boolean;
  /** Was a heartbeat meant for this life of the owner? */
  isOfThisLife(epoch: number, echoed: number): boolean;
  /** May a lease be extended while the oldest outstanding invalidation of that subscriber is this old? */
  mayRenew(oldestOutstandingMs: number | undefined, renewGuardMs: number): boolean;
  /** Or when more is outstanding than is remembered? */
  mayRenewCondemned(): boolean;
  /** May leases of an earlier life of the owner still be in force? */
  graceHolds(graceEndsAt: number, now: number): boolean;
  /** Does a mutation wait for a subscriber whose lease ends then? */
  mustWaitFor(leaseEndsAt: number, now: number): boolean;
  /** Does a subscriber that misses a change have to start anew, when its lease ended then? */
  forgetsWhoMissed(leaseEndsAt: number, now: number): boolean;
  /** Does the registration of `later` show that `earlier` serves nothing any more? */
  registrationEnds(later: Session, earlier: Session): boolean;
  /** Does a DELETE for `meant` that was answered in `answered` show that? */
  answerEnds(answered: Session, meant: Session): boolean;
  /** Does the acknowledgement of one sequence stand for another? */
  covers(acknowledged: number, announced: number): boolean;
}

export const ownerRules: OwnerRules = Object.freeze<OwnerRules>({
  // A subscriber that hears nothing registers again and again: each time a mutation would wait for a lease that nobody uses.
  registrationGetsLease: () => false,

  // A copy of a registration may arrive when its session has ended with something outstanding. The session that it
  // begins has another grant, so the cache that missed something is not taken for one that starts empty.
  recognises: (granted, echoed) => granted === echoed,

  isOfThisLife: (epoch, echoed) => epoch === echoed,

  // A subscriber whose heartbeats arrive while DELETEs to it, or its answers, do not, would hold up mutations for ever.
  mayRenew: (oldestOutstandingMs, renewGuardMs) =>
    oldestOutstandingMs === undefined || oldestOutstandingMs <= renewGuardMs,

  mayRenewCondemned: () => false,

  graceHolds: (graceEndsAt, now) => now < graceEndsAt,

  mustWaitFor: (leaseEndsAt, now) => now < leaseEndsAt,

  forgetsWhoMissed: (leaseEndsAt, now) => now >= leaseEndsAt,

  registrationEnds: supersedes,

  // Of another process nothing is known that held the lease, so it is waited for.
  answerEnds: supersedes,

  covers: (acknowledged, announced) => announced <= acknowledged,
});
