import type { CacheKey } from '../core/cache-key.js';
import { forecast, type Forecast } from '../core/cache-session.js';
import { heldUnder, type Entry } from '../core/cache-state.js';
import { formatVersion } from '../core/version.js';
import type { CacheExplanation } from './cache-report.js';
import type { CacheRuntime, Payload } from './cache-runtime.js';

export function explain({ state, scheduler }: CacheRuntime, key: CacheKey): CacheExplanation {
  const now = scheduler.now();
  const held = heldUnder(state, key);
  const outlook = forecast(state, key, now);
  return {
    key,
    held: held?.kind ?? 'nothing',
    version: held?.version,
    ageMs: held === undefined ? undefined : now - held.readAt,
    freshForMs: held === undefined ? undefined : Math.max(0, held.freshUntil - now),
    ...outlook,
    because: reason(held, outlook),
  };
}

function reason(held: Entry<Payload> | undefined, { wouldServe, floor }: Forecast): string {
  const version = held === undefined ? '' : formatVersion(held.version);
  switch (wouldServe) {
    case 'hit':
      return `The entry of version ${version} is fresh and the lease is in force.`;
    case 'negative-hit':
      return `The owner had nothing under this key at version ${version}, which is fresh, and the lease is in force.`;
    case 'join':
      return 'A load that no invalidation has overtaken is under way.';
    case 'load':
      return held === undefined
        ? `Nothing is held; what is loaded is stored if it is not older than ${formatVersion(floor)}.`
        : `The entry of version ${version} has outlived its time and is loaded anew.`;
    case 'pass':
      return 'No lease is in force, so the owner may have changed the value without this cache having heard of it.';
  }
}
