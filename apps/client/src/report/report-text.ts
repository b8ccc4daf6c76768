import type { FleetReport, RunReport } from './fleet-report.js';
import type { LatencySummary } from './latency.js';

const linesShownMax = 20;

/** The report for a person: one line a probability, then what went wrong. */
export function reportText(report: FleetReport): string {
  const head = [
    'prob',
    'queries',
    'p50',
    'p95',
    'p99',
    'max ms',
    'orders',
    'p50',
    'p95',
    'p99',
    'max ms',
    'refused',
    'failed',
    'open',
    'retries',
    'wrong',
  ];
  const rows = report.runs.map((run) => [
    String(run.prob),
    ...latencyCells(run.latency.query),
    String(run.orders.placed),
    ...latencyCells(run.latency.order).slice(1),
    String(run.orders.refused),
    String(run.orders.failed),
    String(run.orders.unresolved),
    String(run.retries),
    String(run.mismatches.length + run.wrongAnswers.length),
  ]);
  const problems = report.runs.flatMap(problemLines);
  const shown = problems.slice(0, linesShownMax);
  if (problems.length > shown.length)
    shown.push(`  … and ${problems.length - shown.length} more (all of them: --json)`);
  return [alignColumns([head, ...rows]), ...shown, verdict(report)].join('\n');
}

function latencyCells({ count, p50Ms, p95Ms, p99Ms, maxMs }: LatencySummary): readonly string[] {
  return [String(count), ...[p50Ms, p95Ms, p99Ms, maxMs].map((ms) => (ms === null ? '–' : ms.toFixed(1)))];
}

function problemLines({ mismatches, wrongAnswers, orders }: RunReport): readonly string[] {
  return [
    ...mismatches.map(({ client, detail }) => `  ${client}: ${detail}`),
    ...wrongAnswers.map((detail) => `  wrong answer: ${detail}`),
    ...(orders.unresolved > 0
      ? [`  ${orders.unresolved} orders have no outcome yet; run again with the same --out to settle them`]
      : []),
  ];
}

function verdict({ ok, runs, seed, out }: FleetReport): string {
  const placed = runs.reduce((sum, { orders }) => sum + orders.placed, 0);
  const files = out === null ? '' : ` Records: ${out}.`;
  return ok
    ? `All ${placed} orders match their records. Seed ${seed}.${files}`
    : `NOT all orders match their records. Seed ${seed}.${files}`;
}

function alignColumns(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => row.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')).join('\n');
}
