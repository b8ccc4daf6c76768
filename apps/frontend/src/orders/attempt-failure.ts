import { type FailureKind, NotLeaderError } from '@quorumkit/leader';
import { CallAbortedError, ConnectionFailedError, DeadlineExceededError, UnexpectedAnswerError } from '@toystore/contracts';

/** A replica's answer that settles nothing, as the error that makes the directory look for another leader or ask again. */
export class UnsettledAttemptError extends Error {
  override readonly name = 'UnsettledAttemptError';
  readonly code = 'UNSETTLED_ATTEMPT';

  constructor(
    readonly replica: string,
    /** Whether the attempt certainly had no effect. */
    readonly definite: boolean,
    answer: string,
  ) {
    super(`Replica ${replica} answered '${answer}'. ${definite ? 'Nothing was written' : 'The order may be placed'}; ask again with the same key.`);
  }
}

/** What a failed attempt at the leader means for whoever looks after the leader. `final` is also every error of our own making. */
export function failureKindOf(error: unknown): FailureKind {
  if (error instanceof NotLeaderError) return 'notLeader';
  if (error instanceof UnsettledAttemptError) return error.definite ? 'unreachable' : 'indeterminate';
  // A refusal that the contract does not have (a wrong secret, say): another attempt would be refused in the same way.
  if (error instanceof UnexpectedAnswerError) return error.definite ? 'final' : 'indeterminate';
  if (error instanceof ConnectionFailedError || error instanceof DeadlineExceededError || error instanceof CallAbortedError) {
    return error.definite ? 'unreachable' : 'indeterminate';
  }
  return 'final';
}
