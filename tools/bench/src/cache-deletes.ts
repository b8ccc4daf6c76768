import { PoolCaller } from '@quorumkit/cache/testing';
import { HmacAuthenticator } from '@toystore/service';
import { quantile, round } from './figures.js';

/** Who is sent DELETEs. */
export interface DeleteTarget {
  readonly name: string;
  readonly url: string;
  /** Its id in signatures. */
  readonly receiver: string;
  /** Collection and name in the n-th DELETE, from 1. */
  readonly key: (number: number) => string;
}

export interface DeleteFigures {
  readonly name: string;
  readonly count: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Before what is counted. */
export const warmUpCount = 1_000;
const deadlineMs = 5_000;
/** The owner says which session it means; no cache minds another one. */
const session = '0'.repeat(32);

/**
 * Signed DELETEs, one after the other, sent with the owner's own client: what a sale waits for a cache, from the signature to the
 * 204. The targets take turns, so that a slower second of the machine hits all of them.
 */
export async function measureDeletes(
  targets: readonly DeleteTarget[],
  { secret, rounds, count }: { readonly secret: string; readonly rounds: number; readonly count: number },
): Promise<readonly DeleteFigures[]> {
  const senders = targets.map((target) => new DeleteSender(target, secret));
  try {
    for (const sender of senders) await sender.send(warmUpCount);
    for (const sender of senders) sender.tookMs.length = 0;
    for (let round = 0; round < rounds; round += 1) for (const sender of senders) await sender.send(count);
  } finally {
    for (const sender of senders) await sender.close();
  }
  return senders.map(({ target, tookMs }) => ({
    name: target.name,
    count: tookMs.length,
    p50Ms: round(quantile(tookMs, 0.5), 3),
    p99Ms: round(quantile(tookMs, 0.99), 3),
  }));
}

class DeleteSender {
  readonly tookMs: number[] = [];
  private readonly caller: PoolCaller;
  private sequence = 0;

  constructor(
    readonly target: DeleteTarget,
    secret: string,
  ) {
    const owner = new HmacAuthenticator({ self: 'catalog', secret });
    this.caller = new PoolCaller({ baseUrl: target.url, receiver: target.receiver, connections: 1, auth: owner });
  }

  async send(count: number): Promise<void> {
    for (let sent = 0; sent < count; sent += 1) {
      this.sequence += 1;
      const startMs = performance.now();
      const { status } = await this.caller.call({
        method: 'DELETE',
        path: `/cache/${this.target.key(this.sequence)}?epoch=1&sequence=${this.sequence}`,
        headers: { 'cache-session': session },
        timeoutMs: deadlineMs,
      });
      this.tookMs.push(performance.now() - startMs);
      if (status !== 204) throw new Error(`${this.target.name} answered a DELETE with ${status} instead of 204.`);
    }
  }

  async close(): Promise<void> {
    await this.caller.close();
  }
}
