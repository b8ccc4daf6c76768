/** The ways in which `cache-server.js` can answer a product. */
export const cacheContestants = [
  'raw',
  'hook',
  'interceptor',
  'pipeline',
  'plain',
  'plainWithHeaders',
  'floor',
  'stock',
] as const;
export type CacheContestant = (typeof cacheContestants)[number];

export const contestantTitles: Readonly<Record<CacheContestant, string>> = {
  raw: 'raw fast path, all headers',
  hook: '@Cached({ fastPath: true }), all headers',
  interceptor: 'the default, behind a guard, all headers',
  pipeline: 'CacheInterceptor among other interceptors',
  plain: 'Nest handler behind a guard, without a cache',
  plainWithHeaders: 'the same handler, sending the same headers',
  floor: 'an interceptor behind a guard that only returns the text',
  stock: "Nest's CacheInterceptor behind a guard, LRU store",
};
