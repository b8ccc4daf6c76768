import { OptionChecks } from '../calls/option-checks.js';
import { CacheOptionsError } from '../calls/options-error.js';
import { checkAuthentication } from '../calls/check-authentication.js';
import type { CachePublisherOptions, PublisherConfig } from './publisher-options.js';

/** @throws CacheOptionsError naming every problem. */
export function parsePublisherOptions(options: CachePublisherOptions): PublisherConfig {
  const check = new OptionChecks();
  checkAuthentication(check, options.auth);
  const leaseMs = check.integer('leaseMs', options.leaseMs, { min: 100, max: 600_000, fallback: 2_000 });
  const config: PublisherConfig = {
    auth: options.auth,
    leaseMs,
    heartbeatMs: check.integer('heartbeatMs', options.heartbeatMs, {
      min: 10,
      max: 150_000,
      fallback: Math.min(500, Math.floor(leaseMs / 4)),
    }),
    renewGuardMs: check.integer('renewGuardMs', options.renewGuardMs, {
      min: 0,
      max: 600_000,
      fallback: Math.min(250, Math.floor(leaseMs / 4)),
    }),
    mode: check.oneOf('mode', options.mode, ['strict', 'background'], 'strict'),
    subscribersMax: check.integer('subscribersMax', options.subscribersMax, { min: 1, max: 10_000, fallback: 64 }),
    pendingKeysMax: check.integer('pendingKeysMax', options.pendingKeysMax, {
      min: 1,
      max: 1_000_000,
      fallback: 4_096,
    }),
    mutationsWaitingMax: check.integer('mutationsWaitingMax', options.mutationsWaitingMax, {
      min: 1,
      max: 10_000_000,
      fallback: 10_000,
    }),
    connectionsPerSubscriber: check.integer('connectionsPerSubscriber', options.connectionsPerSubscriber, {
      min: 1,
      max: 256,
      fallback: 8,
    }),
    deliveryTimeoutMs: check.integer('deliveryTimeoutMs', options.deliveryTimeoutMs, {
      min: 10,
      max: 60_000,
      fallback: 400,
    }),
    callbackHosts: options.callbackHosts ?? (options.auth === 'none' ? 'loopback' : 'any'),
    metrics: options.metrics,
  };
  check.must(
    config.heartbeatMs * 4 <= leaseMs,
    `heartbeatMs (${config.heartbeatMs}) must be at most a quarter of leaseMs (${leaseMs}), or one lost heartbeat costs the lease`,
  );
  check.must(config.renewGuardMs < leaseMs, `renewGuardMs (${config.renewGuardMs}) must be below leaseMs (${leaseMs})`);
  if (check.problems.length > 0) throw new CacheOptionsError('CachePublisherModule', check.problems);
  return Object.freeze(config);
}
