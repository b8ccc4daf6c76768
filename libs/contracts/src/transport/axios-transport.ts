import { Agent } from 'node:http';

import type { HttpService } from '@nestjs/axios';
import type { AxiosRequestConfig } from 'axios';

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

export interface AxiosTransportOptions extends TransportOptions {
  /** Most connections to the peer. Default 16. */
  readonly connections?: number;
}

type AbortReason = 'deadline' | 'caller';

/** Failures of these kinds happen before a connection exists. */
const beforeConnectionCodes: ReadonlySet<unknown> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/**
 * The transport over Nest's `HttpService`, for everything that is not on a hot path: interceptors that the host put on
 * its axios instance see the calls. Kept-alive connections of its own; costs about three times `UndiciTransport`.
 */
export class AxiosTransport implements HttpTransport {
  private readonly agent: Agent;
  private readonly origin: string;
  private readonly answerBytesMax: number;
  private readonly inFlight = new Set<AbortController>();
  private isClosed = false;

  constructor(
    private readonly http: HttpService,
    private readonly options: AxiosTransportOptions,
  ) {
    this.origin = originOf(options.baseUrl);
    this.answerBytesMax = options.answerBytesMax ?? answerBytesMaxDefault;
    this.agent = new Agent({ keepAlive: true, maxSockets: options.connections ?? 16 });
  }

  async request(call: TransportCall): Promise<TransportAnswer> {
    const target: CallTarget = { method: call.method, path: call.path, receiver: this.options.receiver };
    if (call.signal?.aborted === true)
      throw new CallAbortedError(target, { definite: true, cause: call.signal.reason });
    if (!(call.deadlineMs > 0))
      throw new DeadlineExceededError(target, { deadlineMs: call.deadlineMs, definite: true });
    if (this.isClosed)
      throw new ConnectionFailedError(target, { definite: true, cause: new Error('the transport is closed') });

    const abort = new AbortController();
    let reason: AbortReason | undefined;
    const giveUp = (why: AbortReason) => (): void => {
      reason ??= why;
      abort.abort();
    };
    const timer = setTimeout(giveUp('deadline'), call.deadlineMs);
    const onAbort = giveUp('caller');
    call.signal?.addEventListener('abort', onAbort, { once: true });
    this.inFlight.add(abort);
    try {
      const answer = await this.http.axiosRef.request<Buffer>(this.configOf(call, abort.signal));
      return { status: answer.status, headers: answer.headers as TransportAnswer['headers'], body: answer.data };
    } catch (cause) {
      throw this.errorOf(target, call, reason, cause);
    } finally {
      this.inFlight.delete(abort);
      clearTimeout(timer);
      call.signal?.removeEventListener('abort', onAbort);
    }
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const abort of this.inFlight) abort.abort();
    this.agent.destroy();
  }

  private errorOf(
    target: CallTarget,
    call: TransportCall,
    reason: AbortReason | undefined,
    cause: unknown,
  ): TransportError {
    if (reason === 'caller') return new CallAbortedError(target, { definite: false, cause });
    if (reason === 'deadline')
      return new DeadlineExceededError(target, { deadlineMs: call.deadlineMs, definite: false, cause });
    const { code, message } = cause as { code?: unknown; message?: unknown };
    if (code === 'ERR_BAD_RESPONSE' && String(message).startsWith('maxContentLength')) {
      const tooLong = `its body is longer than ${this.answerBytesMax} bytes`;
      return new UnexpectedAnswerError(target, { status: 200, reason: tooLong, definite: false, cause });
    }
    return new ConnectionFailedError(target, { definite: failedBeforeConnection(cause), cause });
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
      maxContentLength: this.answerBytesMax,
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
  return (
    beforeConnectionCodes.has(code) ||
    syscall === 'connect' ||
    syscall === 'getaddrinfo' ||
    failedBeforeConnection(cause)
  );
}
