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
  hook: 'hook fast path, all headers',
  interceptor: 'CacheInterceptor behind a guard, all headers',
  pipeline: 'the same with other interceptors around it',
  plain: 'Nest handler behind a guard, without a cache',
  plainWithHeaders: 'the same handler, sending the same headers',
  floor: 'an interceptor behind a guard that only returns the text',
  stock: "Nest's CacheInterceptor behind a guard, LRU store",
};
