/**
 * Every path that a toy store process serves, as router patterns. Public answers are wrapped in `{"data": …}`;
 * internal ones are the bare message. Both answer errors with problem details.
 */
export const publicRoutes = {
  products: '/products',
  product: '/products/:name',
  orders: '/orders',
  order: '/orders/:number',
  live: '/health/live',
  ready: '/health/ready',
  metrics: '/metrics',
  docs: '/docs',
  lab: '/lab',
  cluster: '/lab/cluster',
  explain: '/lab/explain/:name',
} as const;

/** The catalog's internal listener. */
export const catalogRoutes = {
  products: '/products',
  product: '/products/:name',
  debits: '/debits',
  subscribers: '/subscribers',
  heartbeat: '/subscribers/:id/heartbeat',
  audit: '/audit',
} as const;

/** An order replica's internal listener; `/leader/*` and `/raft/*` belong to the leader module. */
export const orderRoutes = {
  orders: '/orders',
  order: '/orders/:number',
  audit: '/audit',
} as const;

/** The frontend's internal listener. */
export const frontendRoutes = {
  cacheEntry: '/cache/:collection/:key',
} as const;

/** The internal listener of any process that was started with fault injection; others do not have it. */
export const faultRoutes = {
  faults: '/faults',
} as const;

/** The path of one product; the name may hold anything, it is percent-encoded. */
export const productPath = (name: string): string => `/products/${encodeURIComponent(name)}`;

/** The path of what the frontend's cache has to say about one product. */
export const explainPath = (name: string): string => `/lab/explain/${encodeURIComponent(name)}`;

/** Where the lab's control endpoint takes commands. */
export const labCommandsPath = '/commands';

/**
 * The path of the lab page for somebody who may command the lab behind it: the page takes the port of the lab's control
 * endpoint on this machine, and the token that it wants, from the fragment, which no browser sends anywhere.
 */
export const labPagePath = ({ controlPort, token }: { readonly controlPort: number; readonly token: string }): string =>
  `/lab#lab=${controlPort},${token}`;

/** The path of one order. */
export const orderPath = (number: number): string => `/orders/${number}`;

/** The path of the committed orders with a number greater than `after`; −1 for all. */
export const ordersAfterPath = (after: number): string => `/orders?after=${after}`;

/** Headers that carry meaning between the processes, in the lower case that Node uses. */
export const headerNames = {
  /** The client's name for one attempt to order. */
  idempotencyKey: 'idempotency-key',
  /** Present and `true` when the answer is a replay of an earlier one to the same key. */
  idempotencyReplayed: 'idempotency-replayed',
  /** How many milliseconds the caller will still wait, when it sent the call. */
  deadlineMs: 'deadline-ms',
  /** Names a client session in the logs. */
  sessionId: 'session-id',
  /** On the answer to an order: the catalog's version after it. On a read: answer with nothing older than this. */
  minCatalogSeq: 'min-catalog-seq',
} as const;

const catalogVersion = /^[0-9]{1,15};[0-9]{1,15}$/;

/** Reads the `Min-Catalog-Seq` of an answer, `<epoch>;<sequence>`; handed on as it is. `undefined` when there is none. */
export function catalogVersionOf(raw: unknown): string | undefined {
  return typeof raw === 'string' && catalogVersion.test(raw) ? raw : undefined;
}

const wholeNumber = /^[0-9]{1,9}$/;

/** Longest deadline that is honoured, in milliseconds; longer ones are cut to it. */
export const deadlineMsMax = 60_000;

/** Reads a `Deadline-Ms` header; `undefined` when it is missing or not a whole number of milliseconds. */
export function parseDeadlineMs(raw: unknown): number | undefined {
  return typeof raw === 'string' && wholeNumber.test(raw) ? Math.min(Number(raw), deadlineMsMax) : undefined;
}
