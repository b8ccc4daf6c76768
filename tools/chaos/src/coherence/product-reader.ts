import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { productPath } from '@toystore/contracts';
import type { SeededRandom } from '../seeded-random.js';
import type { FrontendAddress } from '../shopping/frontend-address.js';
import type { KnownStock, StockBound } from '../verdict/stock-bound.js';
import { AnswerStream, type ReadAnswer } from './answer-stream.js';
import { lateMs, type ReadTally } from './read-tally.js';
import type { ChangeClock } from './change-clock.js';

export interface ProductReaderOptions {
  readonly frontend: FrontendAddress;
  /** The most popular one first. */
  readonly products: readonly string[];
  readonly random: SeededRandom;
  readonly bound: StockBound;
  readonly changeClock: ChangeClock;
  readonly tally: ReadTally;
  /** Reads under way on the connection. */
  readonly depth: number;
  readonly stop: AbortSignal;
}

interface ReadUnderWay {
  readonly product: string;
  readonly known: KnownStock;
  readonly sentAtMs: number;
  readonly afterChange: boolean;
}

/** Reads under way on one connection at most, also to a frontend that stands still. */
const underWayMax = 64;
const stallMs = 150;
const stallCheckMs = 100;
const refusedPauseMs = 25;
const reconnectDelayMs = 50;
const connectLimitMs = 1_000;
/** Of ten products most reads go to the first few, so that a cache of seven is in use. */
const popularity = 2.2;
/** In the moment after a change this share of the reads is of what was sold or restocked. */
const justChangedShare = 0.5;

/**
 * Reads products of one frontend over one kept-alive connection, pipelined, until told to stop, and judges each answer by the
 * changes that were acknowledged before it was asked for. A frontend that stands still is asked on, slowly: what it answers
 * when it goes on must know the changes of meanwhile. Rejects when a frontend's bytes are no answers.
 */
export async function readProducts(options: ProductReaderOptions): Promise<void> {
  const requests = new Map(
    options.products.map((name) => [name, `GET ${productPath(name)} HTTP/1.1\r\nhost: store\r\n\r\n`]),
  );
  while (!options.stop.aborted) {
    await new ReaderConnection(options, requests).done;
    if (!options.stop.aborted) await sleep(reconnectDelayMs);
  }
}

class ReaderConnection {
  /** Resolves when the connection has ended. */
  readonly done: Promise<void>;
  private readonly socket: Socket;
  private readonly answers = new AnswerStream();
  private readonly underWay: ReadUnderWay[] = [];
  private readonly stallCheck: NodeJS.Timeout;
  private resting: NodeJS.Timeout | undefined;
  private failure: unknown;

  constructor(
    private readonly options: ProductReaderOptions,
    private readonly requests: ReadonlyMap<string, string>,
  ) {
    const { hostname, port } = new URL(options.frontend.url);
    this.socket = connect({ host: hostname, port: Number(port), noDelay: true });
    this.socket.setTimeout(connectLimitMs, () => {
      if (this.socket.connecting) this.socket.destroy();
    });
    this.socket.once('connect', () => this.fill());
    this.socket.on('data', (chunk) => this.takeOrFail(chunk));
    this.socket.once('end', () => this.socket.destroy());
    this.stallCheck = setInterval(() => this.askOn(), stallCheckMs);
    const onStop = (): void => void this.socket.destroy();
    options.stop.addEventListener('abort', onStop);
    this.done = new Promise((resolve, reject) => {
      // A dead frontend is one of the faults of the run: what it leaves unanswered is counted.
      this.socket.on('error', () => undefined);
      this.socket.once('close', () => {
        clearInterval(this.stallCheck);
        clearTimeout(this.resting);
        options.stop.removeEventListener('abort', onStop);
        options.tally.at(options.frontend.name).unanswered += this.underWay.length;
        if (this.failure === undefined) resolve();
        else reject(this.failure as Error);
      });
    });
  }

  /** What cannot be understood must not pass for a frontend that was killed. */
  private takeOrFail(chunk: Buffer): void {
    try {
      this.take(chunk);
    } catch (error) {
      this.failure = error;
      this.socket.destroy();
    }
  }

  private take(chunk: Buffer): void {
    let refused = false;
    for (const answer of this.answers.push(chunk)) {
      const read = this.underWay.shift();
      if (read === undefined) throw new Error(`${this.options.frontend.name} answered a request that was not sent.`);
      if (answer.status === 200) {
        this.judge(read, answer);
        continue;
      }
      refused = true;
      this.options.tally.at(this.options.frontend.name).refused += 1;
    }
    if (this.options.stop.aborted) return;
    if (!refused) this.fill();
    // A store that refuses is left in peace for a moment: it has something to recover from.
    else this.resting ??= setTimeout(() => this.rested(), refusedPauseMs);
  }

  private judge(read: ReadUnderWay, { hit, version, body }: ReadAnswer): void {
    const { bound, tally, frontend } = this.options;
    const reads = tally.at(frontend.name);
    const { quantity } = (JSON.parse(body) as { data: { quantity: number } }).data;
    const waitedMs = performance.now() - read.sentAtMs;
    tally.checked += 1;
    reads.checked += 1;
    if (hit) reads.hits += 1;
    if (read.afterChange) reads.afterChange += 1;
    if (waitedMs > lateMs) reads.late += 1;
    const wrong = bound.judge(read.product, { quantity, version }, read.known);
    if (wrong !== undefined) {
      tally.noteWrong(
        `${frontend.name}, ${hit ? 'from its cache' : 'not from its cache'}, ${Math.round(waitedMs)} ms after it was asked: ${wrong}`,
      );
    }
  }

  private rested(): void {
    this.resting = undefined;
    this.fill();
  }

  private fill(): void {
    if (this.resting === undefined) this.send(this.options.depth - this.underWay.length);
  }

  private askOn(): void {
    const [oldest] = this.underWay;
    const stands = oldest !== undefined && performance.now() - oldest.sentAtMs > stallMs;
    if (stands && this.underWay.length < underWayMax) this.send(1);
  }

  private send(count: number): void {
    const { bound, changeClock } = this.options;
    if (count <= 0 || this.socket.destroyed) return;
    const sentAtMs = performance.now();
    let bytes = '';
    for (let sent = 0; sent < count; sent += 1) {
      const product = this.pick(sentAtMs);
      const afterChange = changeClock.isFresh(product, sentAtMs);
      this.underWay.push({ product, known: bound.known(product), sentAtMs, afterChange });
      bytes += this.requests.get(product) ?? '';
    }
    this.socket.write(bytes);
  }

  private pick(nowMs: number): string {
    const { products, random, changeClock } = this.options;
    const justChanged = changeClock.justChanged(nowMs);
    if (justChanged !== undefined && random.next() < justChangedShare) return justChanged;
    return products[Math.floor(products.length * random.next() ** popularity)] as string;
  }
}
