import { UndiciTransport } from '@toystore/contracts';
import type { LocalStore } from '@toystore/lab';
import { HmacAuthenticator } from '@toystore/service';

export interface DeleteFigures {
  readonly count: number;
  /** Each from the signature to the 204, ms. */
  readonly tookMs: readonly number[];
}

const warmUpCount = 1_000;
const deadlineMs = 5_000;

/**
 * Signed DELETEs to the store's first frontend, one after the other, as the catalog sends them: what a sale waits for the
 * cache. They are of a product that does not exist, so that the cache stays in use; the frontend does the same work for it.
 */
export async function measureDeletes(
  store: LocalStore,
  { secret, count }: { readonly secret: string; readonly count: number },
): Promise<DeleteFigures> {
  const frontend = store.services.find(({ name }) => name === 'frontend')?.spec;
  if (frontend === undefined) throw new Error('The store has no frontend.');
  const catalog = new HmacAuthenticator({ self: 'catalog', secret });
  const transport = new UndiciTransport({
    baseUrl: `http://127.0.0.1:${frontend.env['INTERNAL_PORT']}`,
    receiver: frontend.nodeId,
    connections: 1,
    sign: (call) => catalog.sign(call),
  });
  const tookMs: number[] = [];
  try {
    for (let sequence = 1; sequence <= warmUpCount + count; sequence += 1) {
      const startMs = performance.now();
      const { status } = await transport.request({
        method: 'DELETE',
        path: `/cache/products/not-a-toy?epoch=1&sequence=${sequence}`,
        deadlineMs,
      });
      const endMs = performance.now();
      if (status !== 204) throw new Error(`The DELETE was answered with ${status} instead of 204.`);
      if (sequence > warmUpCount) tookMs.push(endMs - startMs);
    }
  } finally {
    await transport.close();
  }
  return { count, tookMs };
}
