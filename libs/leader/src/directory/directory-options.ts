import type { CallAuthenticator } from '../group/call-authenticator.js';
import type { MemberOptions } from '../group/group-options.js';
import type { GroupMember } from '../membership/membership.js';

export interface Leader {
  readonly id: string;
  readonly url: string;
  readonly term: number;
}

export interface LeaderDirectoryOptions {
  readonly group: string;
  /** Where to begin: the same list that the members have. Whoever joins later is learned from them. */
  readonly members: readonly MemberOptions[];
  readonly auth: CallAuthenticator | 'none';
  /** How often the leader is asked whether it still leads, ms, 100–60000. Default 3000; 0 = only when told of a failure. */
  readonly heartbeatIntervalMs?: number;
  /** Pause between two rounds of questions while there is no leader, ms, 5–1000. Default 25; grows to ten times that in a long search. */
  readonly pollIntervalMs?: number;
  /** How long one question to one member may take, ms. Default 250. */
  readonly probeTimeoutMs?: number;
  /** Least time between two nominations from this directory, ms. Default 250. */
  readonly nominationIntervalMs?: number;
  /** How long one attempt of `call` may take before the leader is suspected, ms; 0 = until the deadline. Default 1500; doubles, up to eight times that, when the same leader is confirmed. */
  readonly attemptTimeoutMs?: number;
  /** Calls in progress, waiting ones included; more get a BackpressureError. 1–1000000, default 16384. */
  readonly callsMax?: number;
  /** Told what the directory notices and does, for logs. Must not throw. */
  readonly trace?: (event: DirectoryEvent) => void;
}

export type DirectoryEvent =
  | { readonly kind: 'adopted'; readonly leader: Leader; readonly searchedMs: number }
  /** The leader is doubted: a call or heartbeat failed, or it said itself that it does not lead. */
  | { readonly kind: 'doubted'; readonly leader: Leader; readonly why: string }
  /** The group has other members, or other priorities, than the directory knew of. */
  | {
      readonly kind: 'membersLearned';
      readonly from: string;
      readonly asOfIndex: number;
      readonly members: readonly GroupMember[];
    }
  | { readonly kind: 'nominated'; readonly nominee: string; readonly observedTerm: number }
  | { readonly kind: 'nominationRefused'; readonly nominee: string; readonly why: string }
  | { readonly kind: 'waiting'; readonly why: string }
  /** A call to one member failed. Its silence is taken into account. */
  | { readonly kind: 'memberFailed'; readonly member: string; readonly what: string; readonly why: string };

/**
 * - `notLeader`: the callee says so; certainly without effect. Retried at once elsewhere.
 * - `unreachable`: the request certainly never got there. The leader is suspected; retried.
 * - `indeterminate`: may have had an effect. The leader is suspected; retried only with `retryIndeterminate`.
 * - `final`: an answer. Rethrown.
 */
export type FailureKind = 'notLeader' | 'unreachable' | 'indeterminate' | 'final';

export interface CallOptions {
  /** On the scale of `performance.now()`, ms. Default 5 s from now. */
  readonly deadline?: number;
  /** Also retry when it is not known whether an attempt took effect. Only for idempotent calls (the same key each time). */
  readonly retryIndeterminate?: boolean;
  /** Overrides the directory's `attemptTimeoutMs`. */
  readonly attemptTimeoutMs?: number;
  /** What a failure of `fn` means. Default `classifyFailure`. */
  readonly classify?: (error: unknown) => FailureKind;
  /** Ends the call early. */
  readonly signal?: AbortSignal;
}

/** What one attempt of `call` is given. */
export interface Attempt {
  /** Aborted when this attempt's time is over; pass it to the request. */
  readonly signal: AbortSignal;
  /** When this attempt's time is over, on the scale of `performance.now()`. */
  readonly deadline: number;
  /** 1 for the first. */
  readonly number: number;
  /** An earlier attempt may have taken effect: a refusal of this one does not prove that nothing happened. */
  readonly indeterminateBefore: boolean;
}
