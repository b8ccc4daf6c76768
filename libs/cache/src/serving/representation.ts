import { createHash } from 'node:crypto';

import { nameOf, variantIn, type CacheKey } from '../core/cache-key.js';
import type { Entry, EntryScope } from '../core/cache-state.js';
import { formatVersion } from '../core/version.js';
import type { Payload } from './cache-runtime.js';

/** An answer ready to be sent. */
export interface Representation {
  /**
   * The JSON of an object. Not bytes: Node writes headers and text in one piece, headers and bytes in two. Undefined for
   * what a framework may send in another form (texts, numbers, bytes): those always go through it.
   */
  readonly text: string | undefined;
  readonly contentLength: string;
  /**
   * Strong (RFC 9110 §8.8.3): the version of the owner's state, and a digest of what this process makes of it. A newer
   * release that shows the same state in another form must not confirm the old one; nor one variant another.
   */
  readonly etag: string;
  readonly cacheControl: string;
  /** `Cache-Groups` (RFC 9875), when there are any. */
  readonly groups: string | undefined;
}

export const jsonContentType = 'application/json; charset=utf-8';

/** Made once for each entry. */
export function representationOf(key: CacheKey, entry: Entry<Payload> & { readonly kind: 'value' }): Representation {
  return (entry.value.representation ??= represent(key, entry));
}

function represent(
  key: CacheKey,
  { value, version, scope, groups }: Entry<Payload> & { readonly kind: 'value' },
): Representation {
  const text = isSentAsJson(value.value) ? JSON.stringify(value.value) : undefined;
  const digest = createHash('sha256')
    .update(JSON.stringify([variantIn(key), text ?? String(value.value)]))
    .digest('base64url')
    .slice(0, 12);
  return {
    text,
    contentLength: String(Buffer.byteLength(text ?? '')),
    etag: `"${formatVersion(version)}-${digest}"`,
    cacheControl: cacheControlOf(scope),
    groups: groups.length === 0 ? undefined : groups.map((group) => structuredString(nameOf(group))).join(', '),
  };
}

/** Nobody can send a DELETE to a browser: it may keep the answer, but has to ask before it uses it. */
export function cacheControlOf(scope: EntryScope): string {
  return scope === 'private' ? 'private, no-cache' : 'no-cache';
}

function isSentAsJson(value: unknown): boolean {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value);
}

/** RFC 9651 §3.3.3; names of groups are visible ASCII and spaces. */
function structuredString(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

const entityTag = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/** RFC 9110 §13.1.2: weak comparison against any of the tags, `*` matches whatever exists. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag || ifNoneMatch.trim() === '*') return true;
  for (const [, opaque] of ifNoneMatch.matchAll(entityTag)) if (opaque === etag) return true;
  return false;
}
