import { ConnectionFailedError, StoreClient, UndiciTransport } from '@toystore/contracts';
import { randomUUID } from 'node:crypto';
import { planSession } from '../plan/session-plan.js';
import { Prng } from '../random/prng.js';
import { FileOrderRecords } from '../records/file-order-records.js';
import { MemoryOrderRecords, type OrderRecords } from '../records/order-records.js';
import { isRunOk, summarizeRun, type FleetReport, type RunReport } from '../report/fleet-report.js';
import { LatencyRecorder } from '../report/latency.js';
import { retryPolicyDefault, type RetryPolicy } from '../session/retry-policy.js';
import { runSession, type SessionClock, type SessionReport } from '../session/run-session.js';
import { StoreUnreachableError } from './store-unreachable-error.js';

export interface FleetOptions {
  /** The store's public address, `http://host:port`, or those of several frontends of one store: clients take turns. */
  readonly url: string | readonly [string, ...string[]];
  /** Sessions at the same time, each over one connection. */
  readonly clients: number;
  /** Product queries of each session. */
  readonly requests: number;
  /** Shares of the queries that are followed by an order, from 0 to 1; one run each, one after the other. */
  readonly probs: readonly number[];
  /** Same seed, same products: same sessions. Idempotency keys are fresh nevertheless. */
  readonly seed: number;
  /** Folder for each client's order file and journal; nothing is kept when it is left out. */
  readonly out?: string | undefined;
  readonly retry?: RetryPolicy;
  /** Called after every visit of every session. */
  readonly onVisit?: () => void;
}

const listDeadlineMs = 10_000;

const systemClock: SessionClock = {
  now: () => performance.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
};

/**
 * Runs the sessions of every probability against a real store.
 *
 * Rejects with {@link StoreUnreachableError} when the store does not answer at the start; failures after that are
 * counted in the report.
 */
export async function runFleet(options: FleetOptions): Promise<FleetReport> {
  const runs: RunReport[] = [];
  for (const [part, prob] of options.probs.entries()) runs.push(await runOne(options, { part, prob }));
  return {
    ok: runs.every(isRunOk),
    url: urlsOf(options).join(','),
    seed: options.seed,
    out: options.out ?? null,
    runs,
  };
}

async function runOne(options: FleetOptions, { part, prob }: { part: number; prob: number }): Promise<RunReport> {
  const { clients, requests } = options;
  const query = new LatencyRecorder();
  const order = new LatencyRecorder();
  const startMs = systemClock.now();
  const ends = await Promise.allSettled(
    Array.from({ length: clients }, (_, client) =>
      runClient(options, { part, prob, number: client + 1, query, order }),
    ),
  );
  // Only now: a session that could not start must not cut the others off from checking their orders.
  const sessions = ends.map((end) => {
    if (end.status === 'rejected') throw end.reason;
    return end.value;
  });
  const elapsedMs = systemClock.now() - startMs;
  return summarizeRun(
    { prob, clients, requests, latency: { query: query.summary(), order: order.summary() }, elapsedMs },
    sessions,
  );
}

interface ClientRun {
  readonly part: number;
  readonly prob: number;
  readonly number: number;
  readonly query: LatencyRecorder;
  readonly order: LatencyRecorder;
}

async function runClient(
  options: FleetOptions,
  { part, prob, number, query, order }: ClientRun,
): Promise<SessionReport> {
  const client = `client-${number}`;
  const urls = urlsOf(options);
  const url = urls[(number - 1) % urls.length] ?? urls[0];
  const transport = new UndiciTransport({ baseUrl: url, connections: 1, receiver: 'the store' });
  const store = new StoreClient(transport, { sessionId: `${client}-${randomUUID().slice(0, 8)}` });
  const records = await openRecords(options, client);
  try {
    // At the very start a refused connection means that no store is there; later, that it is being restarted.
    const products = await listProducts(store, {
      url,
      retry: options.retry ?? retryPolicyDefault,
      failFast: part === 0,
    });
    const visits = planSession(Prng.forPart(options.seed, part, number), {
      requests: options.requests,
      prob,
      products,
    });
    const observer = {
      queried: (ms: number) => query.record(ms),
      ordered: (ms: number) => order.record(ms),
      visited: () => options.onVisit?.(),
    };
    return await runSession(
      { store, records, clock: systemClock, observer, newKey: randomUUID },
      { client, visits, ...(options.retry && { retry: options.retry }) },
    );
  } finally {
    await Promise.all([records.close(), transport.close()]);
  }
}

function urlsOf({ url }: Pick<FleetOptions, 'url'>): readonly [string, ...string[]] {
  return typeof url === 'string' ? [url] : url;
}

async function openRecords(options: FleetOptions, client: string): Promise<OrderRecords> {
  const { out } = options;
  // The first address stands for the store, whichever frontend this client uses.
  const [url] = urlsOf(options);
  return out === undefined
    ? new MemoryOrderRecords()
    : FileOrderRecords.open({ folder: out, client, store: new URL(url).origin });
}

async function listProducts(
  store: StoreClient,
  options: { url: string; retry: RetryPolicy; failFast: boolean },
): Promise<readonly string[]> {
  for (let retries = 0; ; retries += 1) {
    const answer = await store.products({ deadlineMs: listDeadlineMs }).catch((error: Error) => error);
    if ('kind' in answer && answer.kind === 'products') {
      if (answer.products.length === 0) throw new StoreUnreachableError(options.url, 'it has no products');
      return answer.products.map(({ name }) => name);
    }
    const refused = answer instanceof ConnectionFailedError && answer.definite;
    if (retries >= options.retry.retriesMax || (refused && options.failFast)) {
      throw answer instanceof Error
        ? new StoreUnreachableError(options.url, reasonOf(answer), { cause: answer })
        : new StoreUnreachableError(options.url, answer.detail);
    }
    await systemClock.sleep(options.retry.retryDelayMs);
  }
}

/** The system's own words where there are some: what was or was not sent does not matter for a list of products. */
function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}
