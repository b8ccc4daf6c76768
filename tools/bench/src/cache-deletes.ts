import { PoolCaller } from '@quorumkit/cache/testing';
import { HmacAuthenticator } from '@toystore/service';

/** Who is sent DELETEs. */
export interface DeleteTarget {
  readonly name: string;
  readonly url: string;
  /** Its id in signatures. */
  readonly receiver: string;
  /** Collection and name in the n-th DELETE, from 1. */
  readonly key: (number: number) => string;
}

export interface DeleteSamples {
  readonly name: string;
  /** What the first `coldCount` took that a sender and its target exchanged, ms. */
  readonly coldMs: readonly number[];
  /** What those took that were sent after the warm-up, ms. */
  readonly tookMs: readonly number[];
}

/** As many calls as two processes need until most of what they run has been compiled. */
export const coldCount = 2_000;
/** Before what is counted, the cold ones among them: every target has then been called as often, whatever it did before. */
export const warmUpCount = 10_000;
const deadlineMs = 5_000;
/** The owner says which session it means; no cache minds another one. */
const session = '0'.repeat(32);

/**
 * Signed DELETEs, one after the other, sent with the owner's own client: what a sale waits for a cache, from the signature to the
 * 204. The targets take turns, so that a slower second of the machine hits all of them. The start is told apart: for some
 * thousand calls the last percent is the compiler's, also where the target does nothing.
 */
export async function measureDeletes(
  targets: readonly DeleteTarget[],
  { secret, rounds, count }: { readonly secret: string; readonly rounds: number; readonly count: number },
): Promise<readonly DeleteSamples[]> {
  const measured = targets.map((target) => ({
    sender: new DeleteSender(target, secret),
    coldMs: [] as number[],
    tookMs: [] as number[],
  }));
  await compileTheSender(targets, secret);
  try {
    for (const { sender, coldMs } of measured) {
      coldMs.push(...(await sender.send(coldCount)));
      await sender.send(warmUpCount - coldCount);
    }
    for (let round = 0; round < rounds; round += 1)
      for (const { sender, tookMs } of measured) tookMs.push(...(await sender.send(count)));
  } finally {
    for (const { sender } of measured) await sender.close();
  }
  return measured.map(({ sender, coldMs, tookMs }) => ({ name: sender.target.name, coldMs, tookMs }));
}

/** So that what is told of a target's start is the target's: its compilation, and what a new connection costs both. */
async function compileTheSender([target]: readonly DeleteTarget[], secret: string): Promise<void> {
  if (target === undefined) return;
  const sender = new DeleteSender(target, secret);
  await sender.send(warmUpCount);
  await sender.close();
}

class DeleteSender {
  private readonly caller: PoolCaller;
  private sequence = 0;

  constructor(
    readonly target: DeleteTarget,
    secret: string,
  ) {
    const owner = new HmacAuthenticator({ self: 'catalog', secret });
    this.caller = new PoolCaller({ baseUrl: target.url, receiver: target.receiver, connections: 1, auth: owner });
  }

  /** What each of the next `count` calls took, in ms. */
  async send(count: number): Promise<readonly number[]> {
    const tookMs: number[] = [];
    for (let sent = 0; sent < count; sent += 1) {
      this.sequence += 1;
      const startMs = performance.now();
      const { status } = await this.caller.call({
        method: 'DELETE',
        path: `/cache/${this.target.key(this.sequence)}?epoch=1&sequence=${this.sequence}`,
        headers: { 'cache-session': session },
        timeoutMs: deadlineMs,
      });
      tookMs.push(performance.now() - startMs);
      if (status !== 204) throw new Error(`${this.target.name} answered a DELETE with ${status} instead of 204.`);
    }
    return tookMs;
  }

  async close(): Promise<void> {
    await this.caller.close();
  }
}
