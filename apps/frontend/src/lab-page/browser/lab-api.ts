import type { ClusterView, ExplanationView, ProductView } from '@toystore/contracts';

/** Longer than members are given to answer. */
const timeoutMs = 2_500;
/** As long as a shopper waits. */
const shopperTimeoutMs = 10_000;

/** How a request for a toy went, in the words of the answer's own headers. */
export interface Asked {
  readonly status: number;
  readonly cacheStatus: string;
  readonly quantity: number | undefined;
}

/** Undefined when this frontend does not answer. */
export async function fetchCluster(): Promise<ClusterView | undefined> {
  return dataOf<ClusterView>(await send('/lab/cluster'));
}

export async function fetchExplanation(name: string): Promise<ExplanationView | undefined> {
  return dataOf<ExplanationView>(await send(`/lab/explain/${encodeURIComponent(name)}`));
}

/** Names of all toys, read past the cache. */
export async function fetchToyNames(): Promise<readonly string[] | undefined> {
  return (await dataOf<ProductView[]>(await send('/products')))?.map(({ name }) => name);
}

/** Asks for the toy as a shopper does. `no-store`: the browser's own cache is to stay out of it. */
export async function askFor(name: string): Promise<Asked | undefined> {
  const response = await send(`/products/${encodeURIComponent(name)}`, shopperTimeoutMs);
  if (response === undefined) return undefined;
  return {
    status: response.status,
    cacheStatus: response.headers.get('cache-status') ?? 'not from the cache',
    quantity: (await dataOf<ProductView>(response))?.quantity,
  };
}

async function send(path: string, limitMs = timeoutMs): Promise<Response | undefined> {
  return fetch(path, { cache: 'no-store', signal: AbortSignal.timeout(limitMs) }).catch(() => undefined);
}

async function dataOf<T>(response: Response | undefined): Promise<T | undefined> {
  if (response?.status !== 200) return undefined;
  const body = await (response.json() as Promise<{ data: T }>).catch(() => undefined);
  return body?.data;
}
