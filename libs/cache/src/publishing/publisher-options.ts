import type { Registry } from 'prom-client';

import type { CallAuthentication } from '../calls/call-authenticator.js';

/** `strict`: a mutation is acknowledged when no cache can serve the old value any more. `background`: at once; caches may be stale for up to the lease. */
export type AcknowledgementMode = 'strict' | 'background';

/** How the service that owns the data keeps the caches of its subscribers coherent. Durations are milliseconds. */
export interface CachePublisherOptions {
  readonly auth: CallAuthentication;
  /** How long a subscriber may serve from its cache without hearing from this service; also the longest a mutation waits for one that is cut off. 100 to 600 000, default 2 000. */
  readonly leaseMs?: number;
  /** What subscribers are told to send heartbeats at; at most a quarter of the lease. Default 500. */
  readonly heartbeatMs?: number;
  /** A subscriber with an invalidation outstanding for longer gets no more lease, so that one that hears nothing cannot hold up mutations for ever. Below `leaseMs`, default 250. */
  readonly renewGuardMs?: number;
  readonly mode?: AcknowledgementMode;
  /** Subscribed sessions at most. Default 64. */
  readonly subscribersMax?: number;
  /** Keys with an outstanding invalidation at most, for each subscriber; beyond it that subscriber loses its lease. Default 4 096. */
  readonly pendingKeysMax?: number;
  /** Mutations that wait for acknowledgements at most; beyond it `mutate` is refused before it commits. Default 10 000. */
  readonly mutationsWaitingMax?: number;
  /** Connections for DELETE calls to each subscriber; they are used for nothing else. Default 8. */
  readonly connectionsPerSubscriber?: number;
  /** Timeout of one DELETE call; it is retried until the lease of the subscriber ends. Default 400. */
  readonly deliveryTimeoutMs?: number;
  /** Where subscribers may be called back: `loopback`, `any`, or a list of host names. Default `any`, with `auth: 'none'` `loopback`. */
  readonly callbackHosts?: 'loopback' | 'any' | readonly string[];
  /** Where the metrics are registered. Default: prom-client's default registry. `false` turns them off. */
  readonly metrics?: Registry | false;
}

/** Complete, checked, frozen. */
export interface PublisherConfig {
  readonly auth: CallAuthentication;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly renewGuardMs: number;
  readonly mode: AcknowledgementMode;
  readonly subscribersMax: number;
  readonly pendingKeysMax: number;
  readonly mutationsWaitingMax: number;
  readonly connectionsPerSubscriber: number;
  readonly deliveryTimeoutMs: number;
  readonly callbackHosts: 'loopback' | 'any' | readonly string[];
  readonly metrics: Registry | false | undefined;
}
