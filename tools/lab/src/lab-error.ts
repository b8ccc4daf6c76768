/** Why the lab refused or failed; `not-available` and `invalid-command` are the caller's, the rest is about the store. */
export type LabErrorCode =
  | 'invalid-command'
  | 'not-available'
  | 'no-store'
  | 'store-running'
  | 'port-taken'
  | 'not-built'
  | 'unknown-name'
  | 'no-leader'
  | 'already-running'
  | 'already-dead'
  | 'already-paused'
  | 'not-paused'
  | 'not-cut'
  | 'no-answer'
  | 'signal-failed'
  | 'start-failed'
  | 'not-ready';

/** A command that the lab could not carry out. `definite` tells whether it certainly changed nothing. */
export class LabError extends Error {
  override readonly name = 'LabError';
  readonly code: LabErrorCode;
  readonly definite: boolean;

  constructor(code: LabErrorCode, message: string, options: { definite?: boolean; cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.definite = options.definite ?? true;
  }

  /** 2 when the command itself was wrong or is not offered, 1 when the store's state stood in the way. */
  get exitCode(): 1 | 2 {
    return this.code === 'invalid-command' || this.code === 'not-available' ? 2 : 1;
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
