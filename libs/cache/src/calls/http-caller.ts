import { Pool } from 'undici';

import type { CallAuthentication } from './call-authenticator.js';

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

const answerBytesMax = 1024 * 1024;

export interface PoolCallerOptions {
  readonly baseUrl: string;
  /** Its name, for the signature. */
  readonly receiver: string;
  readonly connections: number;
  readonly auth: CallAuthentication;
}

/** A pool of its own for each caller: calls that others wait for never queue behind calls that wait for them. */
export class PoolCaller implements HttpCaller {
  private readonly pool: Pool;
  private readonly basePath: string;

  constructor(private readonly options: PoolCallerOptions) {
    const url = new URL(options.baseUrl);
    this.basePath = url.pathname.replace(/\/+$/, '');
    this.pool = new Pool(url.origin, { connections: options.connections, pipelining: 1 });
  }

  async call(call: HttpCall): Promise<HttpAnswer> {
    const path = this.basePath + call.path;
    const body = call.body === undefined ? Buffer.alloc(0) : Buffer.from(JSON.stringify(call.body));
    const { auth, receiver } = this.options;
    const signature = auth === 'none' ? {} : auth.sign({ method: call.method, path, receiver, body });
    const contentType = call.body === undefined ? {} : { 'content-type': 'application/json' };
    const answer = await this.pool.request({
      method: call.method,
      path,
      headers: { ...contentType, ...call.headers, ...signature },
      body: call.body === undefined ? null : body,
      signal: AbortSignal.timeout(call.timeoutMs),
    });
    return { status: answer.statusCode, headers: answer.headers, body: await collect(answer.body) };
  }

  async close(): Promise<void> {
    await this.pool.destroy();
  }
}

async function collect(stream: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    size += chunk.length;
    if (size > answerBytesMax) throw new AnswerTooLargeError(`The answer is larger than ${answerBytesMax} bytes; the rest was not read.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
