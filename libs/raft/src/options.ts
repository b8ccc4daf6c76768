import type { ReplicaId } from './ids.js';
import { contextLengthMax } from './membership/configuration.js';

/** One member of the group that takes part in elections and in commitment. */
export interface VoterOptions {
  readonly id: ReplicaId;
  /**
   * 0 to 1000. Higher campaigns earlier and is handed leadership once it has caught up; it never decides whom a
   * replica may vote for. 0 campaigns only as a last resort. Equal priorities are ordered by id.
   */
  readonly priority: number;
  /** What the driver wants to know about it; opaque, at most 1024 characters. See `Member.context`. */
  readonly context?: string | undefined;
}

/** Complete settings of one replica. All times are milliseconds on the driver's monotonic clock. */
export interface RaftOptions {
  readonly id: ReplicaId;
  /**
   * The voters that the group began with; the same list on each replica, this one among them unless it is `joining`. 1
   * to 15, unique ids. In force until the log holds a configuration; from then on the log decides.
   */
  readonly voters: readonly VoterOptions[];
  /**
   * This replica is to be added to a group that exists: it is none of `voters`, and waits until the leader's log reaches
   * it. Stays true when it has become a voter. Default false.
   */
  readonly joining: boolean;
  /** A follower that has heard from its leader within this time votes for nobody else. Default 500; ≥ 2 heartbeats. */
  readonly electionTimeoutMinMs: number;
  /** A follower campaigns at the latest after this time (priority 0: twice that). Default 1000; ≥ 1.2 × the minimum. */
  readonly electionTimeoutMaxMs: number;
  /** Default 100; ≥ 1. */
  readonly heartbeatIntervalMs: number;
  /** Entries in one append request. Default 1024; 1 to 65536. */
  readonly maxBatchEntries: number;
  /** Bytes of entry data in one append request; a single larger entry travels alone. Default 1 MiB; ≥ 1024. */
  readonly maxBatchBytes: number;
  /** Append requests on their way to one follower; more destroys batching. Default 2; 1 to 64. */
  readonly maxInflightBatches: number;
  /**
   * Bytes of entry data a leader appends beyond what is committed before it refuses proposals with `backpressure`;
   * a single larger proposal is accepted when nothing else is uncommitted. Default 32 MiB; ≥ 1024.
   */
  readonly maxUncommittedBytes: number;
  /**
   * An append or snapshot request unanswered for this long is asked about again; where answers take longer than half of
   * it, after twice the time the last one took, and twice as long each time in a row (at most 8 times; in all at most 64
   * times this option). Default 250; ≥ 2 heartbeats.
   */
  readonly retransmitAfterMs: number;
  /**
   * How long a leader waits for the next append to carry a new commit index before it sends a heartbeat with it.
   * Default 25, or one heartbeat interval where that is less; 0 to one heartbeat interval.
   */
  readonly commitNoticeDelayMs: number;
  /** First pause before a refused campaign is tried again; grows, with jitter. Default 30; 1 to electionTimeoutMinMs. */
  readonly campaignRetryMs: number;
  /** How long a higher-priority follower must be in contact before it is handed leadership. Default 10000; 0 = never. */
  readonly priorityTakeoverStableMs: number;
  /**
   * A leader whose own disk has not answered for so long, while its followers' disks commit without it, hands
   * leadership over. Default 2000; 0 = never.
   */
  readonly storageStallMs: number;
  /** Read requests waiting for a quorum round; more are answered "not confirmed". Default 100000; ≥ 1. */
  readonly maxPendingReads: number;
  /** Bytes of one snapshot chunk. Default 1 MiB; ≥ 1. */
  readonly snapshotChunkBytes: number;
  /** A larger snapshot is refused by a follower. Default 1 GiB; ≥ 1. */
  readonly maxSnapshotBytes: number;
  /** Entries kept in memory before a snapshot, for followers that lag a little. Default 4096; ≥ 0. */
  readonly trailingEntries: number;
  /** At most so many bytes of data in those; what does not fit goes, oldest first. Default 32 MiB; ≥ 0. */
  readonly trailingBytes: number;
  /** Seed of every random choice (timeouts, jitter); different on each replica. Any integer. */
  readonly seed: number;
}

export type RaftOptionsInput = Pick<RaftOptions, 'id' | 'voters' | 'seed'> & Partial<RaftOptions>;

/** Lists every problem of the given options; nothing was started. */
export class RaftOptionsError extends Error {
  override readonly name = 'RaftOptionsError';
  readonly code = 'RAFT_OPTIONS_INVALID';
  readonly definite = true;

  constructor(readonly problems: readonly string[]) {
    super(`Invalid raft options: ${problems.join('; ')}.`);
  }
}

const defaults = {
  joining: false,
  electionTimeoutMinMs: 500,
  electionTimeoutMaxMs: 1000,
  heartbeatIntervalMs: 100,
  maxBatchEntries: 1024,
  maxBatchBytes: 1024 * 1024,
  maxInflightBatches: 2,
  maxUncommittedBytes: 32 * 1024 * 1024,
  retransmitAfterMs: 250,
  commitNoticeDelayMs: 25,
  campaignRetryMs: 30,
  priorityTakeoverStableMs: 10_000,
  storageStallMs: 2000,
  maxPendingReads: 100_000,
  snapshotChunkBytes: 1024 * 1024,
  maxSnapshotBytes: 1024 * 1024 * 1024,
  trailingEntries: 4096,
  trailingBytes: 32 * 1024 * 1024,
} as const satisfies Partial<RaftOptions>;

const integerRanges: readonly (readonly [keyof RaftOptions, number, number])[] = [
  ['heartbeatIntervalMs', 1, 3_600_000],
  ['electionTimeoutMinMs', 2, 3_600_000],
  ['electionTimeoutMaxMs', 3, 3_600_000],
  ['maxBatchEntries', 1, 65_536],
  ['maxBatchBytes', 1024, Number.MAX_SAFE_INTEGER],
  ['maxInflightBatches', 1, 64],
  ['maxUncommittedBytes', 1024, Number.MAX_SAFE_INTEGER],
  ['retransmitAfterMs', 2, 3_600_000],
  ['commitNoticeDelayMs', 0, 3_600_000],
  ['campaignRetryMs', 1, 3_600_000],
  ['priorityTakeoverStableMs', 0, Number.MAX_SAFE_INTEGER],
  ['storageStallMs', 0, Number.MAX_SAFE_INTEGER],
  ['maxPendingReads', 1, Number.MAX_SAFE_INTEGER],
  ['snapshotChunkBytes', 1, Number.MAX_SAFE_INTEGER],
  ['maxSnapshotBytes', 1, Number.MAX_SAFE_INTEGER],
  ['trailingEntries', 0, Number.MAX_SAFE_INTEGER],
  ['trailingBytes', 0, Number.MAX_SAFE_INTEGER],
  ['seed', Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
];

/**
 * Fills in the defaults and freezes the result.
 *
 * @throws RaftOptionsError that names all problems at once.
 */
export function parseRaftOptions(input: RaftOptionsInput): RaftOptions {
  const given = definedOnly(input);
  const heartbeatIntervalMs = given.heartbeatIntervalMs ?? defaults.heartbeatIntervalMs;
  const commitNoticeDelayMs = Math.min(defaults.commitNoticeDelayMs, heartbeatIntervalMs);
  const options: RaftOptions = { ...defaults, commitNoticeDelayMs, ...given };
  const problems = [...rangeProblems(options), ...voterProblems(options), ...relationProblems(options)];
  if (problems.length > 0) throw new RaftOptionsError(problems);
  const voters = options.voters.map(({ id, priority, context }) =>
    Object.freeze(context === undefined ? { id, priority } : { id, priority, context }),
  );
  return Object.freeze({ ...options, voters: Object.freeze(voters) });
}

function definedOnly(input: RaftOptionsInput): RaftOptionsInput {
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined)) as RaftOptionsInput;
}

function rangeProblems(options: RaftOptions): string[] {
  return integerRanges.flatMap(([name, min, max]) => {
    const value = options[name];
    const legal = Number.isSafeInteger(value) && (value as number) >= min && (value as number) <= max;
    return legal ? [] : [`${name} must be an integer from ${min} to ${max}, got ${String(value)}`];
  });
}

function voterProblems({ id, voters, joining }: RaftOptions): string[] {
  if (!Array.isArray(voters) || voters.length === 0) return ['voters must name at least this replica'];
  const problems: string[] = [];
  if (typeof joining !== 'boolean') problems.push(`joining must be true or false, got ${String(joining)}`);
  if (voters.length > 15) problems.push(`voters must be at most 15, got ${voters.length}`);
  for (const voter of voters) {
    if (typeof voter.id !== 'string' || voter.id.length === 0) problems.push('each voter needs a non-empty id');
    if (!Number.isSafeInteger(voter.priority) || voter.priority < 0 || voter.priority > 1000) {
      problems.push(`the priority of ${voter.id} must be an integer from 0 to 1000, got ${voter.priority}`);
    }
    if ((voter.context?.length ?? 0) > contextLengthMax) {
      problems.push(`the context of ${voter.id} must have at most ${contextLengthMax} characters`);
    }
  }
  const ids = voters.map((voter) => voter.id);
  const repeated = ids.filter((voterId, offset) => ids.indexOf(voterId) !== offset);
  if (repeated.length > 0) problems.push(`voter ids must be unique, repeated: ${[...new Set(repeated)].join(', ')}`);
  if (joining && ids.includes(id)) problems.push(`a replica that is joining (${id}) is not one of the first voters`);
  if (!joining && !ids.includes(id)) problems.push(`voters must include this replica (${id}), got ${ids.join(', ')}`);
  return problems;
}

function relationProblems(options: RaftOptions): string[] {
  const { heartbeatIntervalMs, electionTimeoutMinMs, electionTimeoutMaxMs, retransmitAfterMs } = options;
  const problems: string[] = [];
  if (electionTimeoutMinMs < 2 * heartbeatIntervalMs) {
    problems.push(
      `electionTimeoutMinMs (${electionTimeoutMinMs}) must be at least two heartbeats (${2 * heartbeatIntervalMs})`,
    );
  }
  if (electionTimeoutMaxMs < 1.2 * electionTimeoutMinMs) {
    problems.push(
      `electionTimeoutMaxMs (${electionTimeoutMaxMs}) must be at least 1.2 × electionTimeoutMinMs, or votes split`,
    );
  }
  if (retransmitAfterMs < 2 * heartbeatIntervalMs) {
    problems.push(
      `retransmitAfterMs (${retransmitAfterMs}) must be at least two heartbeats (${2 * heartbeatIntervalMs})`,
    );
  }
  if (options.commitNoticeDelayMs > heartbeatIntervalMs) {
    problems.push(`commitNoticeDelayMs (${options.commitNoticeDelayMs}) must not exceed the heartbeat interval`);
  }
  if (options.campaignRetryMs > electionTimeoutMinMs) {
    problems.push(`campaignRetryMs (${options.campaignRetryMs}) must not exceed electionTimeoutMinMs`);
  }
  return problems;
}
