import { type FieldProblem, type ProblemCode, problemTypes } from '@toystore/contracts';

/** What a problem may carry beside its type and detail. */
export interface ProblemExtra {
  /** When to try again, in ms; becomes a `Retry-After` of whole seconds, rounded up. */
  readonly retryAfterMs?: number;
  /** What is wrong with the body, all of it. */
  readonly errors?: readonly FieldProblem[];
  /** More members of the problem document, such as `leader` and `term`. */
  readonly extensions?: Readonly<Record<string, unknown>>;
  /** More headers of the answer. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly cause?: unknown;
}

/**
 * A failure that becomes a problem answer as it is: `throw new ProblemError('unknown-product', "There is no product
 * 'tuxx'.")`. Type, title and status come from the registry of the contracts; the detail is shown to the caller, so it
 * must not hold anything that the caller may not know.
 */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly status: number;
  readonly extra: ProblemExtra;

  constructor(code: ProblemCode, detail: string, extra: ProblemExtra = {}) {
    super(detail, extra.cause === undefined ? undefined : { cause: extra.cause });
    this.name = 'ProblemError';
    this.code = code;
    this.status = problemTypes[code].status;
    this.extra = extra;
  }
}
