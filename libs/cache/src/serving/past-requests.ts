import { baseOf, cacheKeyLengthMax, type CacheKey } from '../core/cache-key.js';
import type { MissReason } from '../core/coherent-cache.js';
import { unreachable } from '../core/invariant.js';
import type { ServedAs } from './cache-status.js';

/** What can have become of a request, and why. */
const fates = {
  fresh: { outcome: 'hit', because: 'The entry was fresh and the lease in force.' },
  absent: { outcome: 'hit', because: 'It was known that the owner has nothing under this key.' },
  stale: { outcome: 'hit', because: 'The entry had outlived its time, and was loaded anew meanwhile.' },
  'stale-on-error': { outcome: 'hit', because: 'Loading failed, and the entry that had outlived its time stood in.' },
  'not-held': { outcome: 'miss', because: 'Nothing was held.' },
  outlived: { outcome: 'miss', because: 'What was held had outlived its time.' },
  'below-minimum': { outcome: 'miss', because: 'What was held was older than what the request had seen.' },
  joined: { outcome: 'miss', because: 'Another request was loading it already, and this one waited for that load.' },
  overtaken: { outcome: 'miss', because: 'It was invalidated while it was loaded, and so not kept.' },
  'no-lease': { outcome: 'bypass', because: 'No lease was in force.' },
  method: { outcome: 'bypass', because: 'Only GET and HEAD are answered from the cache.' },
  authorization: {
    outcome: 'bypass',
    because: 'The request carried Authorization and the route is neither public nor private.',
  },
  user: { outcome: 'bypass', because: 'The route is private and its user function did not know who asked.' },
  overloaded: { outcome: 'error', because: 'As many loads were under way as are allowed; it was answered 503.' },
  failed: { outcome: 'error', because: 'It could not be loaded; what the load failed with was the answer.' },
} as const satisfies Record<string, { readonly outcome: PastOutcome['outcome']; readonly because: string }>;

export type Fate = keyof typeof fates;

/** What became of requests for a key, all of those that went the same way. */
export interface PastOutcome {
  readonly outcome: 'hit' | 'miss' | 'bypass' | 'error';
  /** A word for the reason. */
  readonly reason: Fate;
  /** The same in one sentence. */
  readonly because: string;
  /** How many, since the key was first asked for or forgotten. */
  readonly count: number;
  /** Since the latest of them. */
  readonly lastAgoMs: number;
}

/** Keys whose requests are remembered; beyond it the one that was asked for least recently is forgotten. */
export const pastKeysMax = 256;

interface Tally {
  count: number;
  lastAt: number;
}

interface Past {
  lastAt: number;
  readonly tallies: Map<Fate, Tally>;
}

/**
 * What became of the requests for each key, for who wants to know why one was answered as it was. Counted, not listed: a
 * key that is hit ten thousand times a second would push the one bypass out of any list. Bounded by the number of keys
 * and the number of fates. Variants count for their key.
 */
export class PastRequests {
  private readonly keys = new Map<CacheKey, Past>();

  note(asked: CacheKey, fate: Fate, now: number): void {
    const key = baseOf(asked);
    let past = this.keys.get(key);
    if (past === undefined) {
      if (key.length > cacheKeyLengthMax) return;
      if (this.keys.size >= pastKeysMax) this.forgetOne();
      this.keys.set(key, (past = { lastAt: now, tallies: new Map() }));
    }
    past.lastAt = now;
    const tally = past.tallies.get(fate);
    if (tally === undefined) past.tallies.set(fate, { count: 1, lastAt: now });
    else {
      tally.count += 1;
      tally.lastAt = now;
    }
  }

  /** The way of the latest request first. */
  of(asked: CacheKey, now: number): readonly PastOutcome[] {
    return [...(this.keys.get(baseOf(asked))?.tallies ?? [])]
      .sort(([, a], [, b]) => b.lastAt - a.lastAt)
      .map(([reason, { count, lastAt }]) => ({
        ...fates[reason],
        reason,
        count,
        lastAgoMs: Math.max(0, now - lastAt),
      }));
  }

  /** Looks at all of them: new keys are rare beside requests, and keeping them in order would cost every hit. */
  private forgetOne(): void {
    let oldest: CacheKey | undefined;
    let oldestAt = Infinity;
    for (const [key, { lastAt }] of this.keys) {
      if (lastAt >= oldestAt) continue;
      oldest = key;
      oldestAt = lastAt;
    }
    if (oldest !== undefined) this.keys.delete(oldest);
  }
}

const fateOfMiss = {
  'uri-miss': 'not-held',
  'vary-miss': 'not-held',
  miss: 'not-held',
  stale: 'outlived',
  request: 'below-minimum',
} as const satisfies Record<MissReason, Fate>;

/** What has become of a request that was served. */
export function fateOf(as: ServedAs): Fate {
  switch (as.kind) {
    case 'hit':
      return as.ttlMs <= 0 ? 'stale' : as.negative ? 'absent' : 'fresh';
    case 'stale-on-error':
      return 'stale-on-error';
    case 'forward':
      if (as.detail !== undefined) return as.detail === 'lease' ? 'no-lease' : 'overtaken';
      return as.collapsed ? 'joined' : fateOfMiss[as.because];
    default:
      return unreachable(as);
  }
}
