import type { Outage } from '../faults/outage.js';

/** An acknowledged sale as its shopper saw it. Times are `performance.now()`. */
export interface SaleSample {
  /** When the order was sent for the first time. */
  readonly sentAtMs: number;
  readonly acknowledgedAtMs: number;
  /** Every frontend that it was sent to, by name. */
  readonly via: readonly string[];
}

/** What a frontend that cannot be reached may cost a sale: the catalog's `leaseMs` and `renewGuardMs`. */
export interface LeaseTimes {
  readonly leaseMs: number;
  readonly renewGuardMs: number;
}

export interface SaleDelay {
  /** Sales during which nothing was the matter. */
  readonly undisturbed: { readonly sales: number; readonly worstMs: number };
  /** Sales whose own way was whole, while caches were dead, paused or cut off from the catalog. */
  readonly besideCaches: { readonly sales: number; readonly worstMs: number };
  /** What the latter may have taken at most. */
  readonly boundMs: number;
  readonly violations: readonly string[];
}

/** After the last fault, for queues to drain; and after a restart of the catalog, in which the leases of its earlier life end. */
const aftermathMs = 5_000;
/** For processes and disks on a machine that does other things too. */
export const saleSlackMsDefault = 1_000;

/**
 * Whether a cache that could not be reached made a sale wait longer than its lease. Judges the sales that had nothing else
 * to wait for: no fault of another kind in their time, and no faulty frontend on their own way. The bound is the lease, the
 * renewal guard, and as much again as the slowest sale took when nothing was the matter, `slackMs` at least.
 */
export function judgeSaleDelay(
  sales: readonly SaleSample[],
  outages: readonly Outage[],
  { leaseMs, renewGuardMs, slackMs = saleSlackMsDefault }: LeaseTimes & { readonly slackMs?: number | undefined },
): SaleDelay {
  const undisturbed: number[] = [];
  const besideCaches: SaleSample[] = [];
  for (const sale of sales) {
    const during = outages.filter((outage) => isDuring(sale, outage));
    if (during.length === 0) undisturbed.push(tookMs(sale));
    else if (during.every((outage) => concernsCachesOnly(outage, sale))) besideCaches.push(sale);
  }
  const undisturbedWorstMs = worstOf(undisturbed);
  const boundMs = Math.round(leaseMs + renewGuardMs + Math.max(slackMs, undisturbedWorstMs));
  return {
    undisturbed: { sales: undisturbed.length, worstMs: Math.round(undisturbedWorstMs) },
    besideCaches: { sales: besideCaches.length, worstMs: Math.round(worstOf(besideCaches.map(tookMs))) },
    boundMs,
    violations: besideCaches
      .filter((sale) => tookMs(sale) > boundMs)
      .map(
        (sale) =>
          `A sale through ${sale.via.join(', ')} took ${Math.round(tookMs(sale))} ms although only caches were out of reach; at most ${boundMs} ms are promised.`,
      ),
  };
}

function worstOf(times: readonly number[]): number {
  return times.reduce((worst, time) => Math.max(worst, time), 0);
}

function tookMs({ sentAtMs, acknowledgedAtMs }: SaleSample): number {
  return acknowledgedAtMs - sentAtMs;
}

function isDuring({ sentAtMs, acknowledgedAtMs }: SaleSample, { fromMs, untilMs }: Outage): boolean {
  return sentAtMs < untilMs + aftermathMs && acknowledgedAtMs > fromMs;
}

/** A frontend that is down, or out of the catalog's reach, concerns a sale that goes through others only for its cache. */
function concernsCachesOnly({ fault, names }: Outage, { via }: SaleSample): boolean {
  const onItsWay = via.some((name) => names.includes(name));
  switch (fault.kind) {
    case 'kill':
    case 'pause':
      return fault.victim === 'frontend' && !onItsWay;
    case 'suffer':
      return false;
    case 'cut':
      // Frontends sell without asking the catalog, so sales through the ones that are cut off count too.
      if (fault.victim === 'frontend') return fault.from === 'catalog' || !onItsWay;
      return fault.victim === 'catalog' && fault.from === 'frontends';
  }
}
