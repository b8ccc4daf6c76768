import { type Dispatcher, Pool } from 'undici';

import type { CallAuthentication } from './call-authenticator.js';
import {
  AnswerTooLargeError,
  CallTimeoutError,
  type HttpAnswer,
  type HttpCall,
  type HttpCaller,
} from './http-caller.js';

const answerBytesMax = 1024 * 1024;
const noBytes = Buffer.alloc(0);

export interface PoolCallerOptions {
  readonly baseUrl: string;
  /** Its name, for the signature. */
  readonly receiver: string;
  readonly connections: number;
  readonly auth: CallAuthentication;
}

/**
 * A pool of its own for each caller: calls that others wait for never queue behind calls that wait for them.
 *
 * Sales wait for these calls, so a call is one dispatch with one timer: undici's `request` makes a stream for every
 * answer, and `AbortSignal.timeout` leaves its timer behind when the answer has come.
 */
export class PoolCaller implements HttpCaller {
  private readonly pool: Pool;
  private readonly basePath: string;

  constructor(private readonly options: PoolCallerOptions) {
    const url = new URL(options.baseUrl);
    this.basePath = url.pathname.replace(/\/+$/, '');
    this.pool = new Pool(url.origin, {
      connections: options.connections,
      pipelining: 1,
      // Each call has a time for all of it.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
  }

  call(call: HttpCall): Promise<HttpAnswer> {
    return new Promise((resolve, reject) => {
      const path = this.basePath + call.path;
      const body = call.body === undefined ? noBytes : Buffer.from(JSON.stringify(call.body));
      const { auth, receiver } = this.options;
      const signature = auth === 'none' ? undefined : auth.sign({ method: call.method, path, receiver, body });
      const contentType = call.body === undefined ? undefined : { 'content-type': 'application/json' };
      this.pool.dispatch(
        {
          method: call.method,
          path,
          headers: { ...contentType, ...call.headers, ...signature },
          body: call.body === undefined ? null : body,
        },
        new Exchange(call, resolve, reject),
      );
    });
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }
}

/** One call from its dispatch to its single settlement. */
class Exchange implements Dispatcher.DispatchHandler {
  private readonly timer: NodeJS.Timeout;
  private readonly chunks: Buffer[] = [];
  private controller: Dispatcher.DispatchController | undefined;
  private status = 0;
  private headers: HttpAnswer['headers'] = {};
  private bytes = 0;
  private isSettled = false;

  constructor(
    call: HttpCall,
    private readonly resolve: (answer: HttpAnswer) => void,
    private readonly reject: (error: Error) => void,
  ) {
    this.timer = setTimeout(() => this.giveUp(new CallTimeoutError(call)), call.timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // A call that was given up while it waited for a connection must not be sent any more.
    if (this.isSettled) controller.abort(new Error('given up before it was sent'));
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number, headers: HttpAnswer['headers']): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.bytes <= answerBytesMax) this.chunks.push(chunk);
    else
      this.giveUp(new AnswerTooLargeError(`The answer is larger than ${answerBytesMax} bytes; the rest was not read.`));
  }

  onResponseEnd(): void {
    if (!this.settle()) return;
    const [first = noBytes] = this.chunks;
    const body = this.chunks.length > 1 ? Buffer.concat(this.chunks) : first;
    this.resolve({ status: this.status, headers: this.headers, body });
  }

  onResponseError(_controller: Dispatcher.DispatchController | undefined, error: Error): void {
    if (this.settle()) this.reject(error);
  }

  private giveUp(error: Error): void {
    if (!this.settle()) return;
    this.reject(error);
    this.controller?.abort(error);
  }

  private settle(): boolean {
    if (this.isSettled) return false;
    this.isSettled = true;
    clearTimeout(this.timer);
    return true;
  }
}
