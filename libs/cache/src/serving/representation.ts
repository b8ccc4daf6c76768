import { formatVersion, type Version } from '../core/version.js';

/** An answer ready to be sent. */
export interface Representation {
  readonly bytes: Buffer;
  /** The same as text: Node writes headers and text in one piece, headers and bytes in two. */
  readonly text: string;
  readonly contentLength: string;
  /** Strong (RFC 9110 §8.8.3): one (epoch, sequence) is one state of the owner, hence one sequence of bytes. */
  readonly etag: string;
}

export const jsonContentType = 'application/json; charset=utf-8';

export function represent(value: unknown, version: Version): Representation {
  const text = JSON.stringify(value) ?? 'null';
  const bytes = Buffer.from(text);
  return { bytes, text, contentLength: String(bytes.length), etag: `"${formatVersion(version)}"` };
}

const entityTag = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/** RFC 9110 §13.1.2: weak comparison against any of the tags, `*` matches whatever exists. */
export function matchesEtag(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch === etag || ifNoneMatch.trim() === '*') return true;
  for (const [, opaque] of ifNoneMatch.matchAll(entityTag)) if (opaque === etag) return true;
  return false;
}
