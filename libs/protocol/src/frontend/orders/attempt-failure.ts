import { type FailureKind, NotLeaderError } from '@quorumkit/leader';
import { UnexpectedAnswerError } from '@toystore/contracts';

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
    super(
      `Replica ${replica} answered '${answer}'. ${definite ? 'Nothing was written' : 'The order may be placed'}; ask again with the same key.`,
    );
  }
}

/**
 * What a failed attempt at the leader means for whoever looks after the leader. Errors of the transport, of the
 * directory (an attempt that hangs) and of this module say by `definite` whether the attempt certainly had no effect;
 * what says nothing is a fault of our own, and `final`.
 */
export function failureKindOf(error: unknown): FailureKind {
  if (error instanceof NotLeaderError) return 'notLeader';
  // A refusal that the contract does not have (a wrong secret, say): another attempt would be refused in the same way.
  if (error instanceof UnexpectedAnswerError && error.definite) return 'final';
  const { definite } = Object(error) as { readonly definite?: unknown };
  if (definite === true) return 'unreachable';
  return definite === false ? 'indeterminate' : 'final';
}
