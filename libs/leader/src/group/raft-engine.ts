/** Tuning of the built-in engine. Timeouts are options of the group. */
export interface RaftTuning {
  /** Entries in one append message. */
  readonly maxBatchEntries?: number;
  /** Bytes of entries in one append message. */
  readonly maxBatchBytes?: number;
  /** Append messages in flight to one follower. More than 2 destroys batching. */
  readonly maxInflightBatches?: number;
  /** Bytes appended but not committed; above it proposals get a BackpressureError. */
  readonly maxUncommittedBytes?: number;
  /** How long a higher-priority follower must be caught up before it is given leadership, ms; 0 = never. */
  readonly priorityTakeoverStableMs?: number;
  /** Seed of the election timeouts; by default drawn at start. */
  readonly seed?: number;
}

/** The engine that runs a group. A closed union: other engines become further kinds. */
export interface RaftEngine {
  readonly kind: 'raft';
  readonly tuning: RaftTuning;
}

/** The built-in engine: Raft over the durable log store and HTTP, no server to install. */
export function raft(tuning: RaftTuning = {}): RaftEngine {
  return { kind: 'raft', tuning };
}
