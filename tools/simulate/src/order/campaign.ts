import type { OrderRule } from './checks/order-rule.js';
import { drawOrderPlan } from './schedule/draw-order-plan.js';
import { orderFaultKinds } from './schedule/draw-order-faults.js';
import type { OrderReport } from './schedule/order-outcome.js';
import { runOrderPlan } from './schedule/run-order-plan.js';
import type { RunPlan } from './schedule/shrink-order-plan.js';
import type { HostKind } from './services/group-host.js';
import { protocolPoints } from './services/protocol-points.js';
import { storeEvents } from './services/store-events.js';

export interface OrderCampaign {
  readonly schedules: number;
  /** Of the first schedule; the others follow it. */
  readonly seed: number;
  readonly host: HostKind;
  /** Every how manyth schedule is run twice, to compare the traces; and each that fails. */
  readonly repeatEvery: number;
  /** Begins no further schedule after this time, ms. Default: never ends early. */
  readonly endAfterMs?: number;
  /** Stop at the first schedule that breaks a rule, and run none twice. */
  readonly stopAtFirst?: boolean;
  /** Default `runOrderPlan`. */
  readonly run?: RunPlan;
}

/** A seed that failed, and how. */
export interface FailedOrderSeed {
  readonly seed: number;
  readonly rule: OrderRule;
  readonly detail: string;
}

export interface OrderTotals {
  schedules: number;
  /** Run a second time to compare traces. */
  repeated: number;
  failed: number;
  cpuSeconds: number;
  schedulesPerCpuSecond: number;
  virtualSeconds: number;
  events: number;
  ordersPlaced: number;
  ordersRefused: number;
  reads: number;
  unanswered: number;
  readonly faults: Record<string, number>;
  readonly points: Record<string, number>;
  readonly happened: Record<string, number>;
}

export interface OrderCampaignReport {
  readonly failures: readonly FailedOrderSeed[];
  readonly totals: OrderTotals;
}

/** A protocol that is broken breaks in every schedule; nobody reads more of them. */
const failuresMax = 20;

/** Runs schedules of consecutive seeds, until all are done, time is up or too many failed. */
export async function runOrderCampaign({
  schedules,
  seed: first,
  host,
  repeatEvery,
  endAfterMs = Infinity,
  stopAtFirst = false,
  run = runOrderPlan,
}: OrderCampaign): Promise<OrderCampaignReport> {
  const [cpuAtStart, startedAt] = [process.cpuUsage(), performance.now()];
  const failures: FailedOrderSeed[] = [];
  const totals = noTotals();
  const limit = stopAtFirst ? 1 : failuresMax;
  for (let seed = first; seed < first + schedules; seed++) {
    if (failures.length >= limit || performance.now() - startedAt >= endAfterMs) break;
    const plan = drawOrderPlan(seed, host);
    const { report, failure } = await run(plan);
    addReport(totals, report);
    if (failure !== undefined) failures.push({ seed, rule: failure.rule, detail: failure.detail });
    if (stopAtFirst || (failure === undefined && seed % repeatEvery !== 0)) continue;
    totals.repeated += 1;
    const again = (await run(plan)).report.traceDigest;
    if (again !== report.traceDigest)
      failures.push({ seed, rule: 'Determinism', detail: `its trace was ${report.traceDigest}, then ${again}` });
  }
  const { user, system } = process.cpuUsage(cpuAtStart);
  totals.failed = failures.length;
  totals.cpuSeconds = rounded((user + system) / 1e6);
  totals.schedulesPerCpuSecond = rounded(totals.schedules / Math.max((user + system) / 1e6, 0.001));
  totals.virtualSeconds = rounded(totals.virtualSeconds);
  return { failures, totals };
}

function noTotals(): OrderTotals {
  return {
    schedules: 0,
    repeated: 0,
    failed: 0,
    cpuSeconds: 0,
    schedulesPerCpuSecond: 0,
    virtualSeconds: 0,
    events: 0,
    ordersPlaced: 0,
    ordersRefused: 0,
    reads: 0,
    unanswered: 0,
    // What never happened is told as well: it was not tested.
    faults: Object.fromEntries(orderFaultKinds.map((kind) => [kind, 0])),
    points: Object.fromEntries(protocolPoints.map(({ name }) => [name, 0])),
    happened: Object.fromEntries(storeEvents.map((event) => [event, 0])),
  };
}

function addReport(totals: OrderTotals, report: OrderReport): void {
  totals.schedules += 1;
  totals.virtualSeconds += report.virtualMs / 1_000;
  totals.events += report.events;
  totals.ordersPlaced += report.placed;
  totals.ordersRefused += report.refused;
  totals.reads += report.reads;
  totals.unanswered += report.unanswered;
  addCounts(totals.faults, report.faults);
  addCounts(totals.points, report.points);
  addCounts(totals.happened, report.happened);
}

function addCounts(sums: Record<string, number>, counts: ReadonlyMap<string, number>): void {
  for (const [name, count] of counts) sums[name] = (sums[name] ?? 0) + count;
}

function rounded(value: number): number {
  return Math.round(value * 10) / 10;
}
