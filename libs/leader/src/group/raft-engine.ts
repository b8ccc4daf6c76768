import type { RaftOptions } from '@quorumkit/raft';

/** Tuning of the built-in engine, with the defaults and ranges of `RaftOptions`. Timeouts are options of the group. */
export type RaftTuning = Partial<
  Omit<RaftOptions, 'id' | 'voters' | 'heartbeatIntervalMs' | 'electionTimeoutMinMs' | 'electionTimeoutMaxMs'>
>;

/** The engine that runs a group. A closed union: other engines become further kinds. */
export interface RaftEngine {
  readonly kind: 'raft';
  readonly tuning: RaftTuning;
}

/** The built-in engine: Raft over the durable log store and HTTP, no server to install. */
export function raft(tuning: RaftTuning = {}): RaftEngine {
  return { kind: 'raft', tuning };
}
