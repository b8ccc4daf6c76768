import { LruSlots } from './lru-slots.js';
import { SieveSlots } from './sieve-slots.js';
import type { EvictionPolicy } from './slots.js';

/** The policies that can be chosen by name. Others are given as a function. */
export const evictionPolicies = Object.freeze({
  lru: <K, V>(capacity: number) => new LruSlots<K, V>(capacity),
  sieve: <K, V>(capacity: number) => new SieveSlots<K, V>(capacity),
}) satisfies Record<string, EvictionPolicy>;

export type EvictionPolicyName = keyof typeof evictionPolicies;
