/** The ways in which `cache-server.js` can answer a product. */
export const cacheContestants = ['raw', 'hook', 'interceptor', 'plain', 'floor', 'stock'] as const;
export type CacheContestant = (typeof cacheContestants)[number];

export const contestantTitles: Readonly<Record<CacheContestant, string>> = {
  raw: 'raw fast path, all headers',
  hook: 'hook fast path, all headers',
  interceptor: 'our CacheInterceptor, all headers',
  plain: 'Nest handler without a cache',
  floor: 'an interceptor that only returns the text',
  stock: "Nest's CacheInterceptor, LRU store",
};
