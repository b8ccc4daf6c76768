import type { OrderView, ProblemDetails, ProductView } from '@toystore/contracts';
import type { Purchase, PurchaseAnswer } from './purchase.js';

export type ShelfAnswer =
  { readonly kind: 'products'; readonly products: readonly ProductView[] } | { readonly kind: 'unreachable' };
export type LookupAnswer =
  | { readonly kind: 'found'; readonly order: OrderView }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unreachable' };

/** Longer than the store's own deadline for an order, so that its answer is nearly always heard. */
const orderTimeoutMs = 15_000;
const readTimeoutMs = 5_000;

/** Names this tab in the store's request log. */
const sessionId = `web-${randomKey().slice(0, 12)}`;

export function randomKey(): string {
  // Not crypto.randomUUID: browsers offer it on https and localhost only.
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export async function fetchShelf(): Promise<ShelfAnswer> {
  const response = await send('/products', { cache: 'no-cache' }, readTimeoutMs);
  if (response?.status !== 200) return { kind: 'unreachable' };
  const body = await jsonOf<{ data: ProductView[] }>(response);
  return body ? { kind: 'products', products: body.data } : { kind: 'unreachable' };
}

export async function findOrder(number: string): Promise<LookupAnswer> {
  const response = await send(`/orders/${encodeURIComponent(number)}`, {}, orderTimeoutMs);
  if (response?.status === 404) return { kind: 'absent' };
  if (response?.status !== 200) return { kind: 'unreachable' };
  const body = await jsonOf<{ data: OrderView }>(response);
  return body ? { kind: 'found', order: body.data } : { kind: 'unreachable' };
}

export async function placeOrder(purchase: Purchase): Promise<PurchaseAnswer> {
  const response = await send(
    '/orders',
    {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': purchase.key },
      body: JSON.stringify({ name: purchase.name, quantity: purchase.quantity }),
    },
    orderTimeoutMs,
  );
  if (!response) return { kind: 'unknown' };
  if (response.status === 200) {
    const body = await jsonOf<{ data: { order_number: number } }>(response);
    return body ? { kind: 'placed', orderNumber: body.data.order_number } : { kind: 'unknown' };
  }
  const problem = await jsonOf<ProblemDetails>(response);
  const type = problem?.type ?? '';
  if (response.status === 503 || response.status === 429) {
    const why = response.status === 429 ? 'overloaded' : type.endsWith('no-leader') ? 'no_leader' : 'unavailable';
    return { kind: 'not_placed', why, retryAfterMs: retryAfterMs(response) };
  }
  if (response.status >= 500) return { kind: 'unknown' };
  return {
    kind: 'refused',
    reason: type.endsWith('insufficient-stock')
      ? 'insufficient_stock'
      : response.status === 404
        ? 'unknown_product'
        : type.endsWith('validation-failed')
          ? 'invalid'
          : 'other',
    detail: problem?.detail ?? `status ${response.status}`,
  };
}

/** Undefined when no complete answer came: the request may or may not have been handled. */
async function send(path: string, init: RequestInit, timeoutMs: number): Promise<Response | undefined> {
  const headers = { ...(init.headers as Record<string, string> | undefined), 'session-id': sessionId };
  return fetch(path, { ...init, headers, signal: AbortSignal.timeout(timeoutMs) }).catch(() => undefined);
}

async function jsonOf<T>(response: Response): Promise<T | undefined> {
  return (response.json() as Promise<T>).catch(() => undefined);
}

function retryAfterMs(response: Response): number {
  const seconds = Number(response.headers.get('retry-after'));
  return Number.isFinite(seconds) && seconds > 0 ? Math.min(seconds, 30) * 1000 : 1000;
}
