import { type OrderScheduleReport, runOrderSchedule } from './run-orders.js';
import type { HostKind } from './services/group-host.js';
import { protocolPoints } from './services/protocol-points.js';
import { faultKinds } from './faults/nemesis.js';

export interface OrderCampaign {
  readonly schedules: number;
  readonly seed: number;
  readonly host: HostKind;
  /** Stop at the first schedule that breaks a rule. */
  readonly stopAtFirst?: boolean;
}

export interface OrderCampaignReport {
  readonly failures: readonly OrderScheduleReport[];
  readonly totals: {
    readonly schedules: number;
    readonly failed: number;
    readonly cpuSeconds: number;
    readonly virtualSeconds: number;
    readonly events: number;
    readonly ordersPlaced: number;
    readonly ordersRefused: number;
    readonly reads: number;
    readonly faults: Readonly<Record<string, number>>;
    readonly points: Readonly<Record<string, number>>;
  };
}

/** Runs schedules of consecutive seeds. */
export async function runOrderCampaign({
  schedules,
  seed,
  host,
  stopAtFirst = false,
}: OrderCampaign): Promise<OrderCampaignReport> {
  const startedAt = process.cpuUsage();
  const failures: OrderScheduleReport[] = [];
  const faults = Object.fromEntries(faultKinds.map((kind) => [kind, 0]));
  const points = Object.fromEntries(protocolPoints.map(({ name }) => [name, 0]));
  const sums = { events: 0, virtualMs: 0, placed: 0, refused: 0, reads: 0 };
  let run = 0;
  for (; run < schedules; run++) {
    const report = await runOrderSchedule({ seed: seed + run, host });
    for (const figure of ['events', 'virtualMs', 'placed', 'refused', 'reads'] as const) sums[figure] += report[figure];
    for (const [kind, count] of report.faults) faults[kind] = (faults[kind] ?? 0) + count;
    for (const [point, count] of report.points) points[point] = (points[point] ?? 0) + count;
    if (report.violations.length === 0) continue;
    failures.push(report);
    if (stopAtFirst) break;
  }
  const { user, system } = process.cpuUsage(startedAt);
  const totals = {
    schedules: Math.min(run + 1, schedules),
    failed: failures.length,
    cpuSeconds: Math.round((user + system) / 1e5) / 10,
    virtualSeconds: Math.round(sums.virtualMs / 1_000),
    events: sums.events,
    ordersPlaced: sums.placed,
    ordersRefused: sums.refused,
    reads: sums.reads,
    faults,
    points,
  };
  return { failures, totals };
}
