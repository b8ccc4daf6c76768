import type { GroupLimits, RaftTuning } from '@quorumkit/leader';

/** Timeouts and limits of one replicated group, ms where nothing else is said. */
export interface GroupTuning {
  readonly heartbeatMs: number;
  readonly electionTimeoutMs: readonly [number, number];
  readonly limits: Partial<GroupLimits>;
  readonly raft: RaftTuning;
}

/** The order group of one schedule. */
export interface OrderGroupPlan {
  /** One of the first members each. */
  readonly priorities: readonly number[];
  /** A fourth replica that runs and belongs to the group when a fault adds it; its priority then. Absent: there is none. */
  readonly sparePriority?: number;
  readonly tuning: GroupTuning;
}

/** As in the store, in about the same proportions. The deadline is short, so that proposals are repeated under way. */
export const calmTuning: GroupTuning = {
  heartbeatMs: 100,
  electionTimeoutMs: [400, 800],
  limits: { snapshotEveryEntries: 12, deadlineMs: 150 },
  raft: {},
};

export const calmGroup: OrderGroupPlan = { priorities: [1, 2, 3], tuning: calmTuning };
