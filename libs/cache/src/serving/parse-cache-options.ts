import { checkAuthentication } from '../calls/check-authentication.js';
import { OptionChecks } from '../calls/option-checks.js';
import { CacheOptionsError } from '../calls/options-error.js';
import { evictionPolicies, type EvictionPolicyName } from '../core/slots/eviction.js';
import type { CacheConfig, CoherentCacheOptions } from './cache-options.js';

const policyNames = Object.keys(evictionPolicies) as EvictionPolicyName[];

/** @throws CacheOptionsError naming every problem. */
export function parseCacheOptions(options: CoherentCacheOptions): CacheConfig {
  const check = new OptionChecks();
  const name =
    options.name === undefined
      ? 'cache'
      : check.text(
          'name',
          options.name,
          /^[A-Za-z][A-Za-z0-9_.-]{0,63}$/,
          'a letter and up to 63 of A-Z a-z 0-9 _ . -',
        );
  const subscriberId = check.text(
    'subscriberId',
    options.subscriberId,
    /^[\x21-\x7e]{1,128}$/,
    '1 to 128 visible ASCII characters',
  );
  const origin = {
    url: check.httpUrl('origin.url', options.origin?.url),
    receiver: check.text(
      'origin.receiver',
      options.origin?.receiver,
      /^[\x21-\x7e]{1,128}$/,
      '1 to 128 visible ASCII characters',
    ),
  };
  const { callbackUrl } = options;
  if (typeof callbackUrl !== 'function') check.httpUrl('callbackUrl', callbackUrl);
  checkAuthentication(check, options.auth);

  const config: CacheConfig = {
    name,
    subscriberId,
    origin: Object.freeze(origin),
    callbackUrl: typeof callbackUrl === 'function' ? callbackUrl : () => callbackUrl,
    auth: options.auth,
    capacity: check.integer('capacity', options.capacity, { min: 1, max: 100_000, fallback: 7 }),
    eviction:
      typeof options.eviction === 'function'
        ? options.eviction
        : evictionPolicies[check.oneOf('eviction', options.eviction, policyNames, 'lru')],
    privateCapacity: check.integer('privateCapacity', options.privateCapacity, { min: 0, max: 100_000, fallback: 64 }),
    negative: Object.freeze({
      capacity: check.integer('negative.capacity', options.negative?.capacity, { min: 0, max: 100_000, fallback: 64 }),
      ttlMs: check.integer('negative.ttlMs', options.negative?.ttlMs, { min: 1, max: 86_400_000, fallback: 5_000 }),
    }),
    maxTtlMs: check.integer('maxTtlMs', options.maxTtlMs, { min: 1, max: 86_400_000, fallback: 60_000 }),
    floorsMax: check.integer('floorsMax', options.floorsMax, { min: 1, max: 1_000_000, fallback: 1_024 }),
    fillsInFlightMax: check.integer('fillsInFlightMax', options.fillsInFlightMax, {
      min: 1,
      max: 100_000,
      fallback: 1_024,
    }),
    fillTimeoutMs: check.integer('fillTimeoutMs', options.fillTimeoutMs, { min: 1, max: 600_000, fallback: 5_000 }),
    leaseMarginMs: check.integer('leaseMarginMs', options.leaseMarginMs, { min: 0, max: 60_000, fallback: 50 }),
    heartbeatMs: check.integer('heartbeatMs', options.heartbeatMs, { min: 10, max: 60_000, fallback: 500 }),
    autoStart: options.autoStart ?? true,
    minimumVersionHeader: check
      .text(
        'minimumVersionHeader',
        options.minimumVersionHeader ?? 'Min-Version',
        /^[A-Za-z][A-Za-z0-9-]{0,63}$/,
        'the name of a header',
      )
      .toLowerCase(),
    groupsHeader: options.groupsHeader ?? false,
    logDecisions: options.logDecisions ?? false,
    fastPath: options.fastPath ?? true,
    metrics: options.metrics,
  };
  if (check.problems.length > 0) throw new CacheOptionsError('CoherentCacheModule', check.problems);
  return Object.freeze(config);
}
