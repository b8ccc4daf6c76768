import { Logger } from '@nestjs/common';

import type { CacheKey } from '../core/cache-key.js';
import type { Version } from '../core/version.js';
import type { CacheRuntime } from './cache-runtime.js';
import { explain } from './explain.js';

const logger = new Logger('CacheDecisions');

/** Says what a request for the key meets, and why; to be called before the cache is asked: afterwards the entry is there. */
export function logDecision(runtime: CacheRuntime, key: CacheKey, minimum: Version | undefined): void {
  if (!runtime.config.logDecisions) return;
  const { wouldServe, because } = explain(runtime, key, minimum);
  logger.debug(`${JSON.stringify(key)} ${wouldServe}: ${because}`);
}

/** Says why a request went past the cache. */
export function logBypass(runtime: CacheRuntime, what: string, because: string): void {
  if (runtime.config.logDecisions) logger.debug(`${what} bypass: ${because}`);
}
