import { createHash } from 'node:crypto';
import { formatVersion, type Version } from '@quorumkit/cache';

/**
 * The strong tag (RFC 9110 §8.8.3) of what is made of a state of the catalog: its version, and a digest of the contents, so
 * that a release which shows the same state in another form does not confirm the old one. As those of cached products.
 */
export function entityTag(version: Version, contents: object): string {
  const digest = createHash('sha256').update(JSON.stringify(contents)).digest('base64url').slice(0, 12);
  return `"${formatVersion(version)}-${digest}"`;
}

/** Whether a caller that sends `If-None-Match` holds the representation with this tag already. Weak comparison, RFC 9110 §13.1.2. */
export function holds(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  if (ifNoneMatch.trim() === '*') return true;
  return ifNoneMatch.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
