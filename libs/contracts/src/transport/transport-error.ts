/** Where a call was going, for messages. */
export interface CallTarget {
  readonly method: string;
  readonly path: string;
  readonly receiver: string;
}

const describe = ({ method, path, receiver }: CallTarget): string => `${method} ${path} at ${receiver}`;

/** The connection could not be made, or broke before the answer was complete. */
export class ConnectionFailedError extends Error {
  readonly code = 'CONNECTION_FAILED';
  /** True only when no byte of the call can have reached the peer: the connection was refused or never made. */
  readonly definite: boolean;

  constructor(target: CallTarget, failure: { definite: boolean; cause: unknown }) {
    const reason = failure.cause instanceof Error ? failure.cause.message : String(failure.cause);
    super(
      failure.definite
        ? `No connection for ${describe(target)}: ${reason}. Nothing was sent; try again or another replica.`
        : `The connection broke during ${describe(target)}: ${reason}. The call may have been carried out; retry only if that is safe.`,
      { cause: failure.cause },
    );
    this.name = 'ConnectionFailedError';
    this.definite = failure.definite;
  }
}

/** There was no complete answer before the deadline. */
export class DeadlineExceededError extends Error {
  readonly code = 'DEADLINE_EXCEEDED';
  /** True only when the deadline had passed before anything was sent. */
  readonly definite: boolean;
  readonly deadlineMs: number;

  constructor(target: CallTarget, deadline: { deadlineMs: number; definite: boolean; cause?: unknown }) {
    super(
      deadline.definite
        ? `The deadline of ${describe(target)} had passed before it was sent. Nothing was sent.`
        : `${describe(target)} was not answered within ${Math.round(deadline.deadlineMs)} ms. It may have been carried out; retry only if that is safe.`,
      { cause: deadline.cause },
    );
    this.name = 'DeadlineExceededError';
    this.definite = deadline.definite;
    this.deadlineMs = deadline.deadlineMs;
  }
}

/** The caller's signal gave the call up. */
export class CallAbortedError extends Error {
  readonly code = 'CALL_ABORTED';
  /** True only when the signal had fired before anything was sent. */
  readonly definite: boolean;

  constructor(target: CallTarget, abort: { definite: boolean; cause?: unknown }) {
    super(`${describe(target)} was given up by its caller${abort.definite ? ' before it was sent' : ''}.`, {
      cause: abort.cause,
    });
    this.name = 'CallAbortedError';
    this.definite = abort.definite;
  }
}

/** The peer answered with something that its contract does not have: a foreign status, a body that is not the message. */
export class UnexpectedAnswerError extends Error {
  readonly code = 'UNEXPECTED_ANSWER';
  /** True for answers that refuse the call before it is carried out (400, 401, 403, 404, 405, 413, 415, 429). */
  readonly definite: boolean;
  readonly status: number;

  constructor(target: CallTarget, answer: { status: number; reason: string; definite?: boolean; cause?: unknown }) {
    super(
      `${describe(target)} was answered with status ${answer.status}, which this client cannot use: ${answer.reason}.`,
      {
        cause: answer.cause,
      },
    );
    this.name = 'UnexpectedAnswerError';
    this.status = answer.status;
    this.definite = answer.definite ?? refusals.has(answer.status);
  }
}

const refusals: ReadonlySet<number> = new Set([400, 401, 403, 404, 405, 408, 413, 414, 415, 417, 421, 429, 431, 505]);

/** Everything that a transport or a typed client rejects with. */
export type TransportError = ConnectionFailedError | DeadlineExceededError | CallAbortedError | UnexpectedAnswerError;

/** Whether an error is one of this library's and says that the call certainly was not carried out. */
export function isDefiniteFailure(error: unknown): boolean {
  return (
    (error instanceof ConnectionFailedError ||
      error instanceof DeadlineExceededError ||
      error instanceof CallAbortedError ||
      error instanceof UnexpectedAnswerError) &&
    error.definite
  );
}
