import type { HttpTransport, TransportAnswer } from '../transport/http-transport.js';
import type { CallTarget } from '../transport/transport-error.js';

/** How long a typed client's call may take when its caller does not say, in ms. */
export const callDeadlineMsDefault = 5000;

export interface CallOptions {
  /** How long the whole exchange may take from now, in ms. Default 5000. */
  readonly deadlineMs?: number;
  readonly signal?: AbortSignal;
  /** More headers, names in lower case. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Exchanged {
  readonly answer: TransportAnswer;
  readonly target: CallTarget;
}

const jsonHeaders = { 'content-type': 'application/json' } as const;

/** Sends JSON calls over a transport and never without a deadline. */
export class CallSender {
  constructor(
    private readonly transport: HttpTransport,
    private readonly receiver: string,
    private readonly headers: Readonly<Record<string, string>> = {},
  ) {}

  async get(path: string, options: CallOptions): Promise<Exchanged> {
    const answer = await this.transport.request({
      method: 'GET',
      path,
      headers: { ...this.headers, ...options.headers },
      deadlineMs: options.deadlineMs ?? callDeadlineMsDefault,
      signal: options.signal,
    });
    return { answer, target: { method: 'GET', path, receiver: this.receiver } };
  }

  async post(path: string, message: object, options: CallOptions): Promise<Exchanged> {
    const answer = await this.transport.request({
      method: 'POST',
      path,
      headers: { ...jsonHeaders, ...this.headers, ...options.headers },
      body: JSON.stringify(message),
      deadlineMs: options.deadlineMs ?? callDeadlineMsDefault,
      signal: options.signal,
    });
    return { answer, target: { method: 'POST', path, receiver: this.receiver } };
  }
}
