/** What can be wrong, each with the title and status that every process uses for it. */
export const problemTypes = {
  'validation-failed': { title: 'The request is not valid', status: 400 },
  'malformed-json': { title: 'The body is not acceptable JSON', status: 400 },
  'bad-request': { title: 'The request cannot be understood', status: 400 },
  'invalid-idempotency-key': { title: 'The idempotency key is not valid', status: 400 },
  'insufficient-stock': { title: 'There is not enough stock', status: 400 },
  unauthenticated: { title: 'The call is not authenticated', status: 401 },
  forbidden: { title: 'The call is not allowed', status: 403 },
  'not-found': { title: 'There is nothing here', status: 404 },
  'unknown-product': { title: 'There is no such product', status: 404 },
  'order-not-found': { title: 'There is no such order', status: 404 },
  'method-not-allowed': { title: 'The method is not allowed here', status: 405 },
  'request-timeout': { title: 'The request did not arrive in time', status: 408 },
  conflict: { title: 'The request conflicts with the current state', status: 409 },
  'stale-fence': { title: 'The caller was deposed', status: 412 },
  'payload-too-large': { title: 'The body is too large', status: 413 },
  'uri-too-long': { title: 'The address is too long', status: 414 },
  'unsupported-media-type': { title: 'The body is not of a supported type', status: 415 },
  'expectation-failed': { title: 'The expectation cannot be met', status: 417 },
  'not-leader': { title: 'This replica is not the leader', status: 421 },
  'key-reused': { title: 'The idempotency key belongs to another request', status: 422 },
  overloaded: { title: 'Too many requests', status: 429 },
  'headers-too-large': { title: 'The headers are too large', status: 431 },
  internal: { title: 'The server failed', status: 500 },
  'not-implemented': { title: 'The server cannot do this', status: 501 },
  'bad-gateway': { title: 'Another service gave an unusable answer', status: 502 },
  'no-leader': { title: 'No leader can be reached', status: 503 },
  unavailable: { title: 'The service is not available', status: 503 },
  'outcome-unknown': { title: 'The outcome is not known', status: 504 },
  'http-version-not-supported': { title: 'The HTTP version is not supported', status: 505 },
} as const satisfies Record<string, { title: string; status: number }>;

/** The short name of a problem type, its last part. */
export type ProblemCode = keyof typeof problemTypes;

/** Every problem type's URI starts with this. It is a name, not an address: the store has no fixed host. */
export const problemTypePrefix = 'urn:toystore:problem:';

/** The `type` member of a problem document. */
export const problemTypeUri = (code: ProblemCode): string => problemTypePrefix + code;

/** The code behind a `type` member; `undefined` for a type that is not in the registry. */
export function problemCodeOf(type: unknown): ProblemCode | undefined {
  if (typeof type !== 'string' || !type.startsWith(problemTypePrefix)) return undefined;
  const code = type.slice(problemTypePrefix.length);
  return Object.hasOwn(problemTypes, code) ? (code as ProblemCode) : undefined;
}
