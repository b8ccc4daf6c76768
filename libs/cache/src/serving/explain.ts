import { baseOf, collectionOf, wholeCollection, type CacheKey } from '../core/cache-key.js';
import { forecast, type Forecast } from '../core/cache-session.js';
import { heldUnder, type CoherentCacheState, type Entry } from '../core/cache-state.js';
import { remainingMs } from '../core/lease.js';
import { formatVersion, type Version } from '../core/version.js';
import type { CacheExplanation } from './cache-report.js';
import type { CacheRuntime, Payload } from './cache-runtime.js';

export function explain({ state, scheduler, past }: CacheRuntime, key: CacheKey, minimum?: Version): CacheExplanation {
  const now = scheduler.now();
  const held = heldUnder(state, key);
  const outlook = forecast(state, key, now, minimum);
  return {
    key,
    held: held?.kind ?? 'nothing',
    version: held?.version,
    scope: held?.scope,
    groups: held?.groups ?? [],
    ageMs: held === undefined ? undefined : now - held.readAt,
    freshForMs: held === undefined ? undefined : Math.max(0, held.freshUntil - now),
    leaseRemainingMs: remainingMs(state.lease, now),
    ...outlook,
    because: reason(state, { key, held, outlook, minimum }),
    pastRequests: past.of(key, now),
  };
}

interface Question {
  readonly key: CacheKey;
  readonly held: Entry<Payload> | undefined;
  readonly outlook: Forecast;
  readonly minimum: Version | undefined;
}

function reason(state: CoherentCacheState<Payload>, { key, held, outlook, minimum }: Question): string {
  const { wouldServe, floor } = outlook;
  const version = held === undefined ? '' : formatVersion(held.version);
  switch (wouldServe) {
    case 'hit':
      return `The entry of version ${version} is fresh and the lease is in force.`;
    case 'negative-hit':
      return `The owner had nothing under this key at version ${version}, which is fresh, and the lease is in force.`;
    case 'stale-hit':
      return `The entry of version ${version} has outlived its time; nobody invalidated it and the lease is in force, so it is served while it is loaded anew.`;
    case 'join':
      return 'A load that no invalidation has overtaken is under way.';
    case 'load':
      if (held === undefined)
        return `${nothingHeld(state, key)} What is loaded is stored if it is not older than ${formatVersion(floor)}.`;
      if (minimum !== undefined && !state.rules.meetsMinimum(held.version, minimum)) {
        return `The entry of version ${version} is older than version ${formatVersion(minimum)}, which the request has seen, and is loaded anew.`;
      }
      return `The entry of version ${version} has outlived its time and is loaded anew.`;
    case 'pass':
      return passReason(state);
  }
}

/** What is remembered of an invalidation is its floor; an entry that was pushed out leaves nothing behind. */
function nothingHeld({ floors }: CoherentCacheState<Payload>, key: CacheKey): string {
  for (const about of [key, baseOf(key), wholeCollection(collectionOf(key))]) {
    const floor = floors.byKey.get(about);
    if (floor !== undefined)
      return `Nothing is held: ${JSON.stringify(about)} was invalidated up to version ${formatVersion(floor)} and not loaded since.`;
  }
  return 'Nothing is held: it was not asked for lately, had to leave for others, or went with a group.';
}

function passReason({ lease }: CoherentCacheState<Payload>): string {
  const soNothing =
    'so the owner may have changed the value without this cache having heard of it; every request goes to the owner.';
  switch (lease.kind) {
    case 'none':
      return `There is no session with the owner, ${soNothing}`;
    case 'asked':
      return `The owner has not answered the registration yet, ${soNothing}`;
    case 'held':
      return `The lease ran out and was not renewed, ${soNothing}`;
  }
}
