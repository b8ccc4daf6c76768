import type { RaftOptions } from '../../options.js';
import type { NetworkConditions } from '../simulated-network.js';
import type { ClientHabits } from '../workload/simulated-client.js';
import type { TimedFault } from './fault.js';

/** Everything about one schedule, as plain data: run it again and the same happens. */
export interface SchedulePlan {
  /** Of what is left to chance while it runs: delays, disk times, timeouts, what clients do. */
  readonly seed: number;
  readonly group: GroupPlan;
  readonly clients: ClientHabits & {
    readonly count: number;
    /** Requests that reach a process within this time are given to it in one input. */
    readonly gatherMs: number;
  };
  /** Virtual time with faults and load, ms. */
  readonly faultsMs: number;
  /** After it everything must finish within this virtual time, ms. */
  readonly recoveryMs: number;
  /** In the order of their times. */
  readonly faults: readonly TimedFault[];
}

export interface GroupPlan {
  /** One replica each. */
  readonly priorities: readonly number[];
  /** More replicas, named on from there, that may be added to the group. Absent: none. */
  readonly spares?: number;
  readonly noticesGoneProcesses: boolean;
  /** Of all links as long as no fault says otherwise. */
  readonly network: NetworkConditions;
  /** Entries between two snapshots of a replica; 0 = never. */
  readonly snapshotEvery: number;
  readonly raft: Partial<Omit<RaftOptions, 'id' | 'voters' | 'seed'>>;
}
