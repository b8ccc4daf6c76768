import type { ChaosReport } from '../chaos-run.js';
import type { CoherenceReport } from '../coherence/coherence-run.js';
import type { CacheWaitVerdict } from '../verdict/cache-waits.js';
import type { SaleDelay } from '../verdict/sale-delay.js';

const violationsShown = 20;

export function shoppingLines(report: ChaosReport): string[] {
  return [
    `seed ${report.seed}: ${report.ok ? 'ok' : 'BROKEN'} · ${report.faults.length} faults · ${report.acknowledged} orders acknowledged, ` +
      `${report.refused} refused, ${report.unknown} unknown, ${report.retries} retries · ${report.reads} reads, ${report.failedReads} failed · ` +
      `longest time without an order ${report.longestGapMs} ms · ${report.verify.orders} orders stored`,
    `  ${cacheWaitLine(report.cacheWaits)}`,
    ...(report.saleDelay.besideCaches.sales > 0 ? [`  ${saleDelayLine(report.saleDelay)}`] : []),
    ...violationLines(report.violations),
  ];
}

export function coherenceLines(report: CoherenceReport): string[] {
  const { ok, seed, seconds, checked, stale, byFrontend, sales, restocks, saleDelay, cacheWaits, faults, violations } =
    report;
  return [
    `seed ${seed}: ${ok ? 'ok' : 'BROKEN'} · ${checked} reads checked in ${seconds} s, ${stale} wrong · ${sales} sales, ${restocks} restockings · ${faults.length} faults`,
    ...Object.entries(byFrontend).map(
      ([name, reads]) =>
        `  ${name}: ${reads.checked} checked, ${reads.hits} from its cache, ${reads.afterChange} right after a change, ${reads.late} answered late; ` +
        `${reads.refused} refused, ${reads.unanswered} unanswered`,
    ),
    `  ${cacheWaitLine(cacheWaits)}`,
    `  ${saleDelayLine(saleDelay)}`,
    `  faults: ${countedKinds(report)}`,
    ...violationLines(violations),
  ];
}

function cacheWaitLine({ waits, longestMs, longestRunningMs, boundMs }: CacheWaitVerdict): string {
  return (
    `longest wait for caches in the catalog: ${longestRunningMs} ms of ${waits} (at most ${boundMs} ms are promised); ` +
    `with stalls of the catalog: ${longestMs} ms`
  );
}

function saleDelayLine({ undisturbed, besideCaches, boundMs }: SaleDelay): string {
  return (
    `slowest sale while only caches were out of reach: ${besideCaches.worstMs} ms of ${besideCaches.sales} (${boundMs} ms allowed); ` +
    `with nothing the matter: ${undisturbed.worstMs} ms of ${undisturbed.sales}`
  );
}

function countedKinds({ faults }: CoherenceReport): string {
  const counts = new Map<string, number>();
  for (const { fault } of faults) {
    const what = fault.kind === 'cut' ? `cut from ${fault.from} ${fault.loss}` : fault.kind;
    const label = `${fault.victim} ${what}`;
    counts.set(label, (counts.get(label) ?? 0) + 1);
  }
  return [...counts]
    .sort()
    .map(([label, count]) => `${count} × ${label}`)
    .join(', ');
}

function violationLines(violations: readonly string[]): string[] {
  return violations.slice(0, violationsShown).map((violation) => `  ${violation}`);
}
