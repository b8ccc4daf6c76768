import type { StoreVerdict } from '../core/coherence-rules.js';
import type { MissReason } from '../core/coherent-cache.js';
import type { BypassReason } from './request-key.js';

/** How a request was answered. */
export type ServedAs =
  /** `ttlMs` is negative for an entry that is being loaded anew meanwhile. */
  | { readonly kind: 'hit'; readonly negative: boolean; readonly ttlMs: number }
  | {
      readonly kind: 'forward';
      readonly because: MissReason;
      readonly verdict: StoreVerdict | undefined;
      readonly collapsed: boolean;
      readonly detail: 'lease' | 'overtaken' | undefined;
    }
  /** Loading failed; an entry that has outlived its time was served. */
  | { readonly kind: 'stale-on-error'; readonly ttlMs: number };

/** A request that the cache had no part in. */
export interface Bypassed {
  readonly kind: 'bypass';
  readonly because: BypassReason;
}

/** The `Cache-Status` field (RFC 9211), such as `frontend; hit; ttl=57` or `frontend; fwd=uri-miss; stored`. */
export function cacheStatus(name: string, served: ServedAs | Bypassed): string {
  if (served.kind === 'hit') {
    const status = `${name}; hit; ttl=${Math.floor(served.ttlMs / 1000)}`;
    return served.negative ? `${status}; detail=absent` : status;
  }
  if (served.kind === 'stale-on-error')
    return `${name}; fwd=stale; ttl=${Math.floor(served.ttlMs / 1000)}; detail=error`;
  if (served.kind === 'bypass') {
    if (served.because === 'method') return `${name}; fwd=method`;
    return `${name}; fwd=bypass${served.because === 'name' ? '' : `; detail=${served.because}`}`;
  }
  const parameters = [`fwd=${served.because}`];
  if (served.verdict === 'stored' && !served.collapsed) parameters.push('stored');
  if (served.collapsed) parameters.push('collapsed');
  if (served.detail !== undefined) parameters.push(`detail=${served.detail}`);
  return `${name}; ${parameters.join('; ')}`;
}
