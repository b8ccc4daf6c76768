import { setTimeout as sleep } from 'node:timers/promises';
import { publicRoutes, UndiciTransport } from '@toystore/contracts';
import type { FrontendAddress } from '../shopping/frontend-address.js';
import { parseVersion } from '../verdict/catalog-version.js';
import type { StockBound } from '../verdict/stock-bound.js';
import type { ChangeClock } from './change-clock.js';
import { RestockEvidence, type SeenList } from './restock-evidence.js';

export interface RestockWatchOptions {
  readonly frontends: readonly FrontendAddress[];
  readonly products: readonly string[];
  readonly bound: StockBound;
  readonly changeClock: ChangeClock;
  readonly stop: AbortSignal;
}

const lookEveryMs = 40;
const deadlineMs = 500;

/**
 * Looks at the list of all products, which no frontend caches, at one frontend after the other until told to stop, and lets
 * the bound know of restockings that were acknowledged. Resolves to how many.
 */
export async function watchRestocks(options: RestockWatchOptions): Promise<number> {
  const { frontends, bound, changeClock, stop } = options;
  const evidence = new RestockEvidence(bound);
  const transports = frontends.map(
    ({ url }) => new UndiciTransport({ baseUrl: url, receiver: 'store', connections: 1 }),
  );
  let restocks = 0;
  try {
    for (let look = 0; !stop.aborted; look += 1) {
      const list = await lookAt(transports[look % transports.length] as UndiciTransport, options);
      for (const { name, known } of list === undefined ? [] : evidence.note(list)) {
        bound.restocked(name, known);
        changeClock.noteChange(name, performance.now());
        restocks += 1;
      }
      await sleep(lookEveryMs);
    }
  } finally {
    await Promise.all(transports.map((transport) => transport.close()));
  }
  return restocks;
}

/** Undefined when the frontend or the catalog behind it is one of those that suffer. */
async function lookAt(
  transport: UndiciTransport,
  { bound, products }: RestockWatchOptions,
): Promise<SeenList | undefined> {
  const knownBefore = new Map(products.map((name) => [name, bound.known(name)]));
  const answer = await transport
    .request({ method: 'GET', path: publicRoutes.products, deadlineMs })
    .catch((error: unknown) => {
      if (error instanceof Error) return undefined;
      throw error;
    });
  if (answer?.status !== 200) return undefined;
  const { etag } = answer.headers;
  const version = parseVersion(typeof etag === 'string' ? etag : undefined);
  if (version === undefined)
    throw new TypeError(`A list of products has no version: its entity tag is ${String(etag)}.`);
  const { data } = JSON.parse(answer.body.toString('utf8')) as { data: { name: string; quantity: number }[] };
  const positions = new Map<string, number>();
  for (const { name, quantity } of data) {
    const known = knownBefore.get(name);
    const position = known && bound.locate(name, quantity, known);
    if (position !== undefined) positions.set(name, position);
  }
  return { version, positions };
}
