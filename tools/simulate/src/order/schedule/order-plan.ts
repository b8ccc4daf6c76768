import type { HostKind } from '../services/group-host.js';
import type { OrderGroupPlan } from '../services/group-tuning.js';
import type { Wish } from '../services/shoppers.js';
import type { TimedOrderFault } from './order-fault.js';

/** Everything about one schedule, as plain data: run it again and the same happens. Times are virtual milliseconds. */
export interface OrderPlan {
  /** Of what is left to chance while it runs: delays, timeouts, which frontend a shopper asks. */
  readonly seed: number;
  readonly host: HostKind;
  /** Of each product, at first. */
  readonly stock: Readonly<Record<string, number>>;
  readonly group: OrderGroupPlan;
  readonly keys: KeyPlan;
  readonly shoppers: {
    /** What each shopper orders, one after the other. */
    readonly wishes: readonly (readonly Omit<Wish, 'key'>[])[];
    /** Between two orders of one shopper, at most. */
    readonly pauseMsMax: number;
    /** The share of asks without a final answer after which a shopper leaves. */
    readonly impatience: number;
  };
  /** How long the faults last; then everything heals. */
  readonly faultsMs: number;
  /** In the order of their times. */
  readonly faults: readonly TimedOrderFault[];
}

/** How long idempotency keys live. */
export interface KeyPlan {
  /** For so long after its order ended a key is remembered, ms of log time; 25 hours in the store. */
  readonly retentionMs: number;
  /** For so long after it was first used, real ms, a client may ask for it. Log time runs a 24th fast at the most. */
  readonly clientLifeMs: number;
  /** Who comes again after everything came to rest, one after the other: keys expire by entries. */
  readonly visits: readonly { readonly afterMs: number; readonly wishes: readonly Omit<Wish, 'key'>[] }[];
}

/** As in the store. */
export const keysOfADay: KeyPlan = { retentionMs: 25 * 3_600_000, clientLifeMs: 24 * 3_600_000, visits: [] };
