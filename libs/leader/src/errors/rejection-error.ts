import { type RejectedProposal, unreachable } from '@quorumkit/raft';
import { BackpressureError, type LeaderError, MembershipRefusedError, type NotLeaderError } from './leader-errors.js';

/** What the caller of a proposal that the core did not append is told: it certainly has no effect. */
export function rejectionError(
  { reason, why = reason }: RejectedProposal,
  about: { readonly notLeader: () => NotLeaderError; readonly maxUncommittedBytes: number },
): LeaderError {
  switch (reason) {
    case 'notLeader':
    case 'transferring':
      return about.notLeader();
    case 'backpressure':
      return new BackpressureError('maxUncommittedBytes', about.maxUncommittedBytes);
    case 'changePending':
    case 'notCommittedInTerm':
    case 'notCaughtUp':
    case 'noQuorum':
    case 'impossible':
      return new MembershipRefusedError(reason, why);
    default:
      return unreachable(reason);
  }
}
