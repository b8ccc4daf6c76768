import type { IncomingRequest } from '../calls/call-auth.guard.js';
import { cacheKey, cacheKeyLengthMax, isGroup, isWholeCollection, type CacheKey } from '../core/cache-key.js';
import type { Version } from '../core/version.js';
import type { Parsed, ShapeProblem } from '../protocol/shape.js';

export const invalidationHeaders = {
  epoch: 'cache-epoch',
  sequence: 'cache-sequence',
  /** The session the owner means; the answer says which one the cache is in. */
  session: 'cache-session',
  capability: 'cache-capability',
  /** In the answer: `dropped`, `raised` or `unchanged`. */
  applied: 'cache-applied',
} as const;

export interface InvalidationRequest {
  readonly key: CacheKey;
  /** Missing: remove whatever is held. */
  readonly version: Version | undefined;
}

/** `epoch` and `sequence` come in the query, where a signature of the path covers them, or in headers; both or neither. */
export function parseInvalidation(request: IncomingRequest): Parsed<InvalidationRequest> {
  const problems: ShapeProblem[] = [];
  const key = cacheKey(request.params['collection'] ?? '', request.params['name'] ?? '');
  if (key.length > cacheKeyLengthMax || key.startsWith('/') || (request.params['collection'] ?? '').includes('/')) {
    problems.push({
      pointer: '/collection',
      detail: `must not be empty or contain a slash, and collection and name have at most ${cacheKeyLengthMax - 1} characters together`,
    });
  }
  if (isGroup(key) && isWholeCollection(key))
    problems.push({ pointer: '/name', detail: 'must name a group: they have no common collection' });
  const epoch = readCount(request, 'epoch', problems);
  const sequence = readCount(request, 'sequence', problems);
  if ((epoch === undefined) !== (sequence === undefined) && problems.length === 0) {
    problems.push({ pointer: '/epoch', detail: 'and sequence come together' });
  }
  if (problems.length > 0) return { ok: false, problems };
  const version = epoch === undefined || sequence === undefined ? undefined : { epoch, sequence };
  return { ok: true, value: { key, version } };
}

function readCount(request: IncomingRequest, name: 'epoch' | 'sequence', problems: ShapeProblem[]): number | undefined {
  const given = request.query?.[name] ?? request.headers[invalidationHeaders[name]];
  if (given === undefined) return undefined;
  const value = typeof given === 'string' && /^(0|[1-9][0-9]{0,15})$/.test(given) ? Number(given) : NaN;
  if (Number.isSafeInteger(value)) return value;
  problems.push({ pointer: `/${name}`, detail: 'must be a non-negative whole number' });
  return undefined;
}

/** What the owner sends: the signed part carries the version. */
export function invalidationPath(key: CacheKey, version: Version): string {
  const slash = key.indexOf('/');
  const collection = encodeURIComponent(key.slice(0, slash));
  const name = key.slice(slash + 1);
  const target = name === '' ? collection : `${collection}/${encodeURIComponent(name)}`;
  return `/cache/${target}?epoch=${version.epoch}&sequence=${version.sequence}`;
}
