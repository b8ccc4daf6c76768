import { Agent } from 'node:http';

import type { HttpService } from '@nestjs/axios';
import type { AxiosRequestConfig } from 'axios';

import type { HttpTransport, TransportAnswer, TransportCall, TransportOptions } from './http-transport.js';
import { answerBytesMaxDefault, originOf, prepareCall } from './prepare-call.js';
import { CallAbortedError, type CallTarget, ConnectionFailedError, DeadlineExceededError } from './transport-error.js';

export interface AxiosTransportOptions extends TransportOptions {
  /** Most connections to the peer. Default 16. */
  readonly connections?: number;
}

/** Failures of these kinds happen before a connection exists. */
const beforeConnectionCodes: ReadonlySet<unknown> = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

/**
 * The transport over Nest's `HttpService`, for everything that is not on a hot path: interceptors that the host put on
 * its axios instance see the calls. Kept-alive connections of its own; costs about three times `UndiciTransport`.
 */
export class AxiosTransport implements HttpTransport {
  private readonly agent: Agent;
  private readonly origin: string;

  constructor(
    private readonly http: HttpService,
    private readonly options: AxiosTransportOptions,
  ) {
    this.origin = originOf(options.baseUrl);
    this.agent = new Agent({ keepAlive: true, maxSockets: options.connections ?? 16 });
  }

  async request(call: TransportCall): Promise<TransportAnswer> {
    const target: CallTarget = { method: call.method, path: call.path, receiver: this.options.receiver };
    if (call.signal?.aborted === true) throw new CallAbortedError(target, { definite: true, cause: call.signal.reason });
    if (!(call.deadlineMs > 0)) throw new DeadlineExceededError(target, { deadlineMs: call.deadlineMs, definite: true });

    const abort = new AbortController();
    const timer = setTimeout(() => abort.abort(), call.deadlineMs);
    let givenUp = false;
    const giveUp = (): void => {
      givenUp = true;
      abort.abort();
    };
    call.signal?.addEventListener('abort', giveUp, { once: true });
    try {
      const answer = await this.http.axiosRef.request<Buffer>(this.configOf(call, abort.signal));
      return { status: answer.status, headers: answer.headers as TransportAnswer['headers'], body: answer.data };
    } catch (cause) {
      if (givenUp) throw new CallAbortedError(target, { definite: false, cause });
      if (abort.signal.aborted) throw new DeadlineExceededError(target, { deadlineMs: call.deadlineMs, definite: false, cause });
      throw new ConnectionFailedError(target, { definite: failedBeforeConnection(cause), cause });
    } finally {
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', giveUp);
    }
  }

  async close(): Promise<void> {
    this.agent.destroy();
  }

  private configOf(call: TransportCall, signal: AbortSignal): AxiosRequestConfig {
    const { body, headers } = prepareCall(call, this.options);
    return {
      method: call.method,
      url: this.origin + call.path,
      // Without a type of its own axios would declare bytes to be a form.
      headers: { 'content-type': false, accept: '*/*', ...headers },
      data: body === undefined ? undefined : Buffer.from(body.buffer, body.byteOffset, body.byteLength),
      signal,
      responseType: 'arraybuffer',
      validateStatus: () => true,
      transformRequest: [(data: unknown) => data],
      transformResponse: [(data: unknown) => data],
      maxRedirects: 0,
      maxContentLength: this.options.answerBytesMax ?? answerBytesMaxDefault,
      maxBodyLength: Infinity,
      decompress: false,
      proxy: false,
      httpAgent: this.agent,
    };
  }
}

function failedBeforeConnection(error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return false;
  const { code, syscall, cause } = error as { code?: unknown; syscall?: unknown; cause?: unknown };
  return beforeConnectionCodes.has(code) || syscall === 'connect' || syscall === 'getaddrinfo' || failedBeforeConnection(cause);
}
