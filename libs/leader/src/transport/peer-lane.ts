import { Client, type Dispatcher } from 'undici';
import { bootHeader } from './peer-processes.js';

export interface LaneOptions {
  readonly baseUrl: string;
  readonly path: string;
  /** Requests on their way at one time; more are refused. */
  readonly inFlightMax: number;
  /** A connection whose oldest request is unanswered for this long is given up. */
  readonly requestTimeoutMs: number;
  readonly connectTimeoutMs: number;
  /** Larger answers are refused. */
  readonly answerBytesMax: number;
  now(): number;
}

export interface LaneReply {
  /** @param boot what the answer's `x-leader-boot` says */
  answered(status: number, body: Buffer, boot: unknown): void;
  failed(error: Error): void;
}

/**
 * One kept-alive connection to one peer, on which requests go out and are answered in order (HTTP/1.1 pipelining):
 * two append requests in flight must not overtake each other, which a pool of connections would allow.
 */
export class PeerLane {
  private client: Client;
  /** When each request in flight was sent, oldest first. */
  private sentAt: number[] = [];

  constructor(private readonly options: LaneOptions) {
    this.client = this.connect();
  }

  get inFlight(): number {
    return this.sentAt.length;
  }

  get isFull(): boolean {
    return this.sentAt.length >= this.options.inFlightMax;
  }

  /** To be called only while not full. `reply` is called exactly once. */
  post(body: Buffer, headers: Record<string, string>, reply: LaneReply): void {
    const { client } = this;
    this.sentAt.push(this.options.now());
    // A client that was given up fails what it still had; that must not count against its successor.
    const landed = (): void => {
      if (client === this.client) this.sentAt.shift();
    };
    client.dispatch(
      { path: this.options.path, method: 'POST', headers, body, idempotent: true, blocking: false },
      new ReplyCollector(reply, landed),
    );
  }

  async close(): Promise<void> {
    await this.client.destroy();
  }

  /**
   * Gives the connection up when it is stuck; the next post makes another one. To be called whenever there is something
   * to send, which heartbeats do often enough: no timer per request.
   */
  giveUpWhenStuck(): void {
    const oldest = this.sentAt[0];
    if (oldest === undefined || this.options.now() - oldest < this.options.requestTimeoutMs) return;
    const stuck = this.client;
    this.client = this.connect();
    this.sentAt = [];
    stuck.destroy(new Error(`no answer within ${this.options.requestTimeoutMs} ms`)).catch(ignoreClosing);
  }

  private connect(): Client {
    const { baseUrl, inFlightMax, connectTimeoutMs, answerBytesMax } = this.options;
    return new Client(baseUrl, {
      pipelining: inFlightMax,
      connectTimeout: connectTimeoutMs,
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveTimeout: 60_000,
      maxResponseSize: answerBytesMax,
    });
  }
}

/** Destroying a connection reports each of its requests; there is nobody left to tell about the connection itself. */
function ignoreClosing(): void {}

class ReplyCollector implements Dispatcher.DispatchHandler {
  private status = 0;
  private boot: unknown;
  private first: Buffer | undefined;
  private rest: Buffer[] | undefined;

  constructor(
    private readonly reply: LaneReply,
    private readonly landed: () => void,
  ) {}

  onRequestStart(): void {}

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Readonly<Record<string, unknown>>,
  ): void {
    this.status = statusCode;
    this.boot = headers[bootHeader];
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.first === undefined) this.first = chunk;
    else (this.rest ??= []).push(chunk);
  }

  onResponseEnd(): void {
    this.landed();
    const first = this.first ?? Buffer.alloc(0);
    this.reply.answered(this.status, this.rest === undefined ? first : Buffer.concat([first, ...this.rest]), this.boot);
  }

  // Not at once: undici is failing a whole queue here, and whoever hears of it may send again on the same connection.
  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    queueMicrotask(() => {
      this.landed();
      this.reply.failed(error);
    });
  }
}
