export { cacheKey, collectionOf, nameOf, wholeCollection, type CacheKey } from './cache-key.js';
export { compareVersions, formatVersion, newerOf, type Version } from './version.js';
