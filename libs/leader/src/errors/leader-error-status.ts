import type { LeaderError } from './leader-errors.js';

/** The HTTP status that says the same as the error. */
export function leaderErrorStatus(error: Pick<LeaderError, 'code'>): number {
  switch (error.code) {
    case 'NOT_LEADER':
      return 421;
    case 'NO_LEADER':
    case 'PROPOSAL_REJECTED':
    case 'GROUP_STOPPED':
      return 503;
    case 'TRANSFER_FAILED':
    case 'MEMBERSHIP_REFUSED':
    case 'MEMBER_IN_USE':
      return 409;
    case 'APPLY_FAILED':
      return 422;
    case 'INDETERMINATE':
    case 'DEADLINE_EXCEEDED':
      return 504;
    case 'BACKPRESSURE':
      return 429;
    case 'STALE_FENCE':
      return 412;
    case 'IMPLAUSIBLE_FENCE':
      return 400;
    case 'INVALID_OPTIONS':
      return 500;
  }
}
