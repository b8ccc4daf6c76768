import { parseProductName } from '@toystore/contracts';
import { LabError, messageOf } from '../lab-error.js';
import type { ServiceStanding } from '../supervision/supervisor.js';
import type { ServicePeer } from './service-peers.js';

/** What became of requests for the product at one frontend, all of those that went the same way. */
export interface PastRequests {
  /** `hit`, `miss`, `bypass` or `error`. */
  readonly outcome: string;
  /** One sentence. */
  readonly because: string;
  readonly count: number;
  /** Since the latest of them. */
  readonly lastAgoMs: number;
}

/** How a frontend's cache stands to one product, as it says itself. */
export type FrontendExplanation = { readonly name: string } & (
  | {
      readonly kind: 'explained';
      /** What a request would meet now: `hit`, `load`, `join`, `pass`, … */
      readonly wouldServe: string;
      /** `epoch.sequence` of what is held; null when nothing is. */
      readonly version: string | null;
      readonly ageMs: number | null;
      /** 0 when no lease is in force. */
      readonly leaseRemainingMs: number;
      /** One sentence. */
      readonly because: string;
      /** The way of the latest request first. */
      readonly pastRequests: readonly PastRequests[];
    }
  | { readonly kind: 'silent'; readonly why: string }
);

/** The answer of `explain`. */
export interface ExplainReport {
  readonly product: string;
  readonly frontends: readonly FrontendExplanation[];
}

const deadlineMs = 2_000;

/** The name as the store compares names. */
export function requireProductName(text: string): string {
  const name = parseProductName(text);
  if (name === undefined) throw new LabError('invalid-command', `'${text}' cannot be the name of a product.`);
  return name;
}

/** Asks one frontend; changes nothing there, also not how recently the product was used. Never rejects. */
export async function explainAt(
  { name, state }: ServiceStanding,
  { internal }: ServicePeer,
  product: string,
): Promise<FrontendExplanation> {
  if (state !== 'running') return { name, kind: 'silent', why: `it is ${state}` };
  try {
    const { status, body } = await internal.request({
      method: 'GET',
      path: `/cache/explain/products/${encodeURIComponent(product)}`,
      deadlineMs,
    });
    const text = body.toString('utf8');
    if (status !== 200) return { name, kind: 'silent', why: `it answered ${status} ${text.slice(0, 200)}` };
    return { name, kind: 'explained', ...readExplanation(JSON.parse(text) as Readonly<Record<string, unknown>>) };
  } catch (error) {
    return { name, kind: 'silent', why: messageOf(error) };
  }
}

function readExplanation(said: Readonly<Record<string, unknown>>) {
  const version = said['version'] as { readonly epoch: number; readonly sequence: number } | undefined;
  return {
    wouldServe: String(said['wouldServe']),
    version: version === undefined ? null : `${version.epoch}.${version.sequence}`,
    ageMs: typeof said['ageMs'] === 'number' ? Math.round(said['ageMs']) : null,
    leaseRemainingMs: Math.round(Number(said['leaseRemainingMs'] ?? 0)),
    because: String(said['because']),
    pastRequests: Array.isArray(said['pastRequests']) ? said['pastRequests'].map(readPastRequests) : [],
  };
}

function readPastRequests(said: Readonly<Record<string, unknown>>): PastRequests {
  return {
    outcome: String(said['outcome']),
    because: String(said['because']),
    count: Number(said['count']),
    lastAgoMs: Math.round(Number(said['lastAgoMs'])),
  };
}
