import { type Dispatcher, Pool } from 'undici';

import type { HttpTransport, TransportAnswer, TransportCall, TransportOptions } from './http-transport.js';
import { answerBytesMaxDefault, originOf, prepareCall } from './prepare-call.js';
import {
  CallAbortedError,
  type CallTarget,
  ConnectionFailedError,
  DeadlineExceededError,
  type TransportError,
  UnexpectedAnswerError,
} from './transport-error.js';

export interface UndiciTransportOptions extends TransportOptions {
  /** Most connections to the peer; calls beyond them wait in a queue, within their deadline. Default 128.
   * A call is signed before it waits, so a wait of seconds would make its signature stale. */
  readonly connections?: number;
  /** How long an idle connection is kept, in ms; shorter than the server's 72 s. Default 60000. */
  readonly keepAliveMs?: number;
}

/**
 * The transport of hot paths: an undici pool of kept-alive connections, one request at a time on each.
 *
 * A failure before undici took a connection for the call is definite; one after that is not, even if the socket was
 * already dead: bytes may have left.
 */
export class UndiciTransport implements HttpTransport {
  private readonly pool: Pool;

  constructor(private readonly options: UndiciTransportOptions) {
    this.pool = new Pool(originOf(options.baseUrl), {
      connections: options.connections ?? 128,
      pipelining: 1,
      keepAliveTimeout: options.keepAliveMs ?? 60_000,
      keepAliveMaxTimeout: options.keepAliveMs ?? 60_000,
      // The exchange has one timer of its own; undici's per-phase ones would only cost.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  request(call: TransportCall): Promise<TransportAnswer> {
    const target: CallTarget = { method: call.method, path: call.path, receiver: this.options.receiver };
    if (call.signal?.aborted === true) {
      return Promise.reject(new CallAbortedError(target, { definite: true, cause: call.signal.reason }));
    }
    if (!(call.deadlineMs > 0)) {
      return Promise.reject(new DeadlineExceededError(target, { deadlineMs: call.deadlineMs, definite: true }));
    }
    const { body, headers } = prepareCall(call, this.options);
    return new Promise((resolve, reject) => {
      const exchange = new Exchange(
        target,
        call,
        this.options.answerBytesMax ?? answerBytesMaxDefault,
        resolve,
        reject,
      );
      this.pool.dispatch({ method: call.method, path: call.path, headers, body: body ?? null }, exchange);
    });
  }

  close(): Promise<void> {
    return this.pool.destroy();
  }
}

/** One call from dispatch to its single settlement. */
class Exchange implements Dispatcher.DispatchHandler {
  private readonly timer: NodeJS.Timeout;
  private readonly chunks: Buffer[] = [];
  private controller: Dispatcher.DispatchController | undefined;
  private status = 0;
  private headers: TransportAnswer['headers'] = {};
  private bytes = 0;
  private settled = false;

  constructor(
    private readonly target: CallTarget,
    private readonly call: TransportCall,
    private readonly bytesMax: number,
    private readonly resolve: (answer: TransportAnswer) => void,
    private readonly reject: (error: TransportError) => void,
  ) {
    this.timer = setTimeout(this.onDeadline, call.deadlineMs);
    call.signal?.addEventListener('abort', this.onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    // A call that was given up while it waited for a connection must not be sent any more.
    if (this.settled) controller.abort(new Error('given up before it was sent'));
    else this.controller = controller;
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: TransportAnswer['headers'],
  ): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes > this.bytesMax) {
      const reason = `its body is longer than ${this.bytesMax} bytes`;
      this.fail(new UnexpectedAnswerError(this.target, { status: this.status, reason, definite: false }));
      controller.abort(new Error(reason));
      return;
    }
    this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    // An informational answer (1xx) never ends here; undici keeps waiting for the final one.
    if (!this.settle()) return;
    const [first] = this.chunks;
    const body = this.chunks.length === 1 && first !== undefined ? first : Buffer.concat(this.chunks);
    this.resolve({ status: this.status, headers: this.headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, cause: Error): void {
    this.fail(new ConnectionFailedError(this.target, { definite: this.controller === undefined, cause }));
  }

  private readonly onDeadline = (): void => {
    const definite = this.controller === undefined;
    this.fail(new DeadlineExceededError(this.target, { deadlineMs: this.call.deadlineMs, definite }));
    this.controller?.abort(new Error('deadline exceeded'));
  };

  private readonly onAbort = (): void => {
    const definite = this.controller === undefined;
    this.fail(new CallAbortedError(this.target, { definite, cause: this.call.signal?.reason }));
    this.controller?.abort(new Error('given up by the caller'));
  };

  private fail(error: TransportError): void {
    if (this.settle()) this.reject(error);
  }

  private settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    clearTimeout(this.timer);
    this.call.signal?.removeEventListener('abort', this.onAbort);
    return true;
  }
}
