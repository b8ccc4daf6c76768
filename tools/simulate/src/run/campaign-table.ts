import Table from 'cli-table3';
import type { CampaignProgress } from './campaign.js';

export function progressLine({ totals, failures, elapsedMs, cpuSeconds }: CampaignProgress): string {
  const rate = (totals.schedules / Math.max(cpuSeconds, 0.001)).toFixed(1);
  return `${totals.schedules} schedules, ${failures.length} failed, ${(elapsedMs / 1000).toFixed(0)} s, ${rate} a CPU-second`;
}

/** Sums and what they are for one schedule: a schedule in which nothing happens is worth nothing. */
export function campaignTable({ totals, elapsedMs, cpuSeconds, failures }: CampaignProgress): string {
  const table = new Table({
    head: ['', 'in all', 'a schedule'],
    colAligns: ['left', 'right', 'right'],
    style: { head: [], border: [], compact: true },
  });
  const row = (name: string, sum: number): void => {
    table.push([name, String(Math.round(sum)), (sum / Math.max(totals.schedules, 1)).toFixed(2)]);
  };
  const sumOf = (counts: Readonly<Record<string, number>>): number =>
    Object.values(counts).reduce((sum, count) => sum + count, 0);

  table.push(['schedules', String(totals.schedules), '']);
  table.push(['failed', String(failures.length), '']);
  table.push(['run twice, same hash', String(totals.repeated), '']);
  row('virtual seconds', totals.virtualMs / 1000);
  row('messages', totals.messages);
  row('entries committed', totals.committed);
  row('client operations', totals.operations);
  row('  of unknown outcome', totals.unknown);
  row('  linearizable reads', totals.reads);
  row('faults', sumOf(totals.faults));
  for (const [kind, count] of sorted(totals.faults)) row(`  ${kind}`, count);
  for (const [kind, count] of sorted(totals.events)) row(kind, count);
  table.push(['longest recovery, virtual ms', totals.longestRecoveryMs.toFixed(0), '']);
  table.push(['CPU seconds', cpuSeconds.toFixed(1), (cpuSeconds / Math.max(totals.schedules, 1)).toFixed(4)]);
  table.push(['schedules a CPU-second', (totals.schedules / Math.max(cpuSeconds, 0.001)).toFixed(1), '']);
  table.push(['seconds', (elapsedMs / 1000).toFixed(1), '']);
  return table.toString();
}

function sorted(counts: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  return Object.entries(counts).sort(([, left], [, right]) => right - left);
}
