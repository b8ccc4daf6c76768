import type { HttpTransport, TransportAnswer, TransportCall } from '../transport/http-transport.js';
import { CallAbortedError, type CallTarget, ConnectionFailedError, DeadlineExceededError } from '../transport/transport-error.js';

/** What a scripted peer does with a call. */
export type MemoryAnswer =
  | { readonly kind: 'answer'; readonly status: number; readonly headers?: Record<string, string>; readonly json?: unknown; readonly body?: Buffer }
  | { readonly kind: 'refuse_connection' }
  | { readonly kind: 'break_connection' }
  | { readonly kind: 'stay_silent' };

/** Decides what happens to a call; may take its time. */
export type MemoryPeer = (call: TransportCall) => MemoryAnswer | Promise<MemoryAnswer>;

/** A transport without a network: a function plays the peer. Keeps the calls that it was given. */
export class MemoryTransport implements HttpTransport {
  readonly calls: TransportCall[] = [];

  constructor(
    private readonly peer: MemoryPeer,
    private readonly receiver = 'memory',
  ) {}

  async request(call: TransportCall): Promise<TransportAnswer> {
    const target: CallTarget = { method: call.method, path: call.path, receiver: this.receiver };
    if (call.signal?.aborted === true) throw new CallAbortedError(target, { definite: true, cause: call.signal.reason });
    if (!(call.deadlineMs > 0)) throw new DeadlineExceededError(target, { deadlineMs: call.deadlineMs, definite: true });
    this.calls.push(call);
    const made = await this.peer(call);
    switch (made.kind) {
      case 'refuse_connection':
        throw new ConnectionFailedError(target, { definite: true, cause: new Error('connection refused') });
      case 'break_connection':
        throw new ConnectionFailedError(target, { definite: false, cause: new Error('connection reset') });
      case 'stay_silent':
        throw new DeadlineExceededError(target, { deadlineMs: call.deadlineMs, definite: false });
      case 'answer': {
        const isJson = made.json !== undefined;
        const type = made.status >= 400 ? 'application/problem+json' : 'application/json';
        return {
          status: made.status,
          headers: { ...(isJson ? { 'content-type': type } : {}), ...made.headers },
          body: isJson ? Buffer.from(JSON.stringify(made.json)) : (made.body ?? Buffer.alloc(0)),
        };
      }
    }
  }

  async close(): Promise<void> {
    this.calls.length = 0;
  }
}
