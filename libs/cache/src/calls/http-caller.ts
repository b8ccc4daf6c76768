export interface HttpCall {
  readonly method: 'DELETE' | 'POST' | 'PUT';
  /** Path and query below the base URL. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly timeoutMs: number;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** How one service calls another: real over a kept-alive pool, in memory in tests. Rejects when there was no answer in time. */
export interface HttpCaller {
  call(call: HttpCall): Promise<HttpAnswer>;
  close(): Promise<void>;
}

/** The other side answered with more than it may. */
export class AnswerTooLargeError extends Error {
  override readonly name = 'AnswerTooLargeError';
  readonly code = 'answer_too_large';
  readonly definite = false;
}

/** There was no whole answer in time. The other side may have done what it was asked for. */
export class CallTimeoutError extends Error {
  override readonly name = 'CallTimeoutError';
  readonly code = 'call_timeout';
  readonly definite = false;

  constructor({ method, path, timeoutMs }: HttpCall) {
    super(`${method} ${path} had no whole answer within ${timeoutMs} ms; it may have been carried out.`);
  }
}
