import { isCacheKey } from '../core/cache-key.js';
import type { PendingInvalidation } from '../core/cache-session.js';
import { sessionPattern } from '../core/session.js';
import { invalidationsPerAnswerMax } from '../core/subscriber-ledger.js';
import { ShapeReader, type Parsed } from './shape.js';

/** Body of `POST /subscribers`. */
export interface SubscribeRequest {
  readonly id: string;
  /** `<instance>.<ordinal>`, see `Session`. */
  readonly session: string;
  readonly callbackUrl: string;
  /** Sent back in `Cache-Capability` with every DELETE. */
  readonly capability?: string | undefined;
}

/** 201 to it. */
export interface SubscribeAnswer {
  readonly epoch: number;
  /** To be echoed with every heartbeat; the first one that does gets the first lease. */
  readonly grant: number;
  readonly heartbeatMs: number;
}

/** Body of `PUT /subscribers/:id/heartbeat`. */
export interface HeartbeatRequest {
  readonly session: string;
  readonly epoch: number;
  readonly grant: number;
  readonly acknowledged: readonly PendingInvalidation[];
}

/** 200 to it; 410 means: flush and register anew. */
export interface HeartbeatAnswer {
  readonly epoch: number;
  /** 0: not renewed this time. */
  readonly leaseMs: number;
  /** The highest sequence announced so far. */
  readonly sequence: number;
  readonly invalidations: readonly PendingInvalidation[];
}

const countRange = { min: 0, max: Number.MAX_SAFE_INTEGER };
const leaseRange = { min: 0, max: 600_000 };
const subscriberId = { pattern: /^[\x21-\x7e]{1,128}$/, says: 'must be 1 to 128 visible ASCII characters' };
const session = { pattern: sessionPattern, says: 'must be <32 lower-case hexadecimal digits>.<ordinal>' };
const capability = { pattern: /^[0-9a-f]{64}$/, says: 'must be 64 lower-case hexadecimal digits' };
const url = { pattern: /^https?:\/\/[\x21-\x7e]{1,512}$/, says: 'must be an http(s) URL of at most 512 characters' };

export function isSubscriberId(text: string): boolean {
  return subscriberId.pattern.test(text);
}

export function parseSubscribeRequest(body: unknown): Parsed<SubscribeRequest> {
  const read = new ShapeReader(body, ['id', 'session', 'callbackUrl', 'capability']);
  return read.result({
    id: read.text('id', subscriberId),
    session: read.text('session', session),
    callbackUrl: read.text('callbackUrl', url),
    capability: read.optionalText('capability', capability),
  });
}

export function parseSubscribeAnswer(body: unknown): Parsed<SubscribeAnswer> {
  const read = new ShapeReader(body, ['epoch', 'grant', 'heartbeatMs']);
  return read.result({
    epoch: read.integer('epoch', countRange),
    grant: read.integer('grant', countRange),
    heartbeatMs: read.integer('heartbeatMs', { min: 1, max: 600_000 }),
  });
}

export function parseHeartbeatRequest(body: unknown): Parsed<HeartbeatRequest> {
  const read = new ShapeReader(body, ['session', 'epoch', 'grant', 'acknowledged']);
  return read.result({
    session: read.text('session', session),
    epoch: read.integer('epoch', countRange),
    grant: read.integer('grant', countRange),
    acknowledged: read.list('acknowledged', invalidationsPerAnswerMax, parsePendingInvalidation),
  });
}

export function parseHeartbeatAnswer(body: unknown): Parsed<HeartbeatAnswer> {
  const read = new ShapeReader(body, ['epoch', 'leaseMs', 'sequence', 'invalidations']);
  return read.result({
    epoch: read.integer('epoch', countRange),
    leaseMs: read.integer('leaseMs', leaseRange),
    sequence: read.integer('sequence', countRange),
    invalidations: read.list('invalidations', invalidationsPerAnswerMax, parsePendingInvalidation),
  });
}

function parsePendingInvalidation(item: unknown, at: string): Parsed<PendingInvalidation> {
  const read = new ShapeReader(item, ['key', 'sequence'], at);
  const key = read.text('key', { pattern: /^[^/]+\//, says: 'must be collection/name' });
  const sequence = read.integer('sequence', countRange);
  if (isCacheKey(key)) return read.result({ key, sequence });
  if (read.problems.length === 0) read.report('key', 'is too long');
  return { ok: false, problems: read.problems };
}
