import type { ScheduleReport } from '@quorumkit/raft/testing';

/** Sums over schedules. Plain data: workers post it. */
export interface Totals {
  schedules: number;
  /** Run a second time to compare hashes. */
  repeated: number;
  virtualMs: number;
  messages: number;
  committed: number;
  operations: number;
  unknown: number;
  reads: number;
  longestRecoveryMs: number;
  readonly faults: Record<string, number>;
  readonly events: Record<string, number>;
}

export function noTotals(): Totals {
  return {
    schedules: 0,
    repeated: 0,
    virtualMs: 0,
    messages: 0,
    committed: 0,
    operations: 0,
    unknown: 0,
    reads: 0,
    longestRecoveryMs: 0,
    faults: {},
    events: {},
  };
}

export function addReport(totals: Totals, { recoveryMs, ...report }: ScheduleReport): void {
  addTotals(totals, { ...report, schedules: 1, repeated: 0, longestRecoveryMs: recoveryMs });
}

export function addTotals(totals: Totals, more: Totals): void {
  totals.schedules += more.schedules;
  totals.repeated += more.repeated;
  totals.virtualMs += more.virtualMs;
  totals.messages += more.messages;
  totals.committed += more.committed;
  totals.operations += more.operations;
  totals.unknown += more.unknown;
  totals.reads += more.reads;
  totals.longestRecoveryMs = Math.max(totals.longestRecoveryMs, more.longestRecoveryMs);
  addCounts(totals.faults, more.faults);
  addCounts(totals.events, more.events);
}

function addCounts(sums: Record<string, number>, counts: Readonly<Record<string, number | undefined>>): void {
  for (const [kind, count] of Object.entries(counts)) sums[kind] = (sums[kind] ?? 0) + (count ?? 0);
}
