import type { Clock } from '../runtime/clock.js';
import type { FileOps } from '../log-store/file-ops.js';
import type { LogStore } from '../log-store/log-store.js';
import type { PeerTransport } from '../transport/peer-transport.js';
import type { CallAuthenticator } from './call-authenticator.js';
import type { RaftEngine } from './raft-engine.js';

export interface MemberOptions {
  /** 1–128 visible ASCII characters without `;` or `,`; stable across restarts, unique in the group. */
  readonly id: string;
  /** Base URL of the listener that serves this package's routes, e.g. `http://127.0.0.1:8091`. */
  readonly url: string;
  /** Integer 0–1000. Higher means an earlier candidacy, never a veto on votes. */
  readonly priority: number;
}

/** One replicated group, as seen from one member. The list of members and the engine must be equal on all of them. */
export interface GroupOptions {
  /** 1–64 characters of `a-z A-Z 0-9 _ -`. */
  readonly name: string;
  /** Which of `members` this process is, or the id of `joining`. */
  readonly nodeId: string;
  /** This process, when it is to be added to a group that runs already and is none of `members`. See `Election.addLearner`. */
  readonly joining?: MemberOptions;
  /**
   * The voters that the group began with: one, or better an odd number of them; at most 9. In force until the members are
   * changed (`Election.addLearner`, `promote`, `remove`); from then on the log decides, and this list is where to ask.
   */
  readonly members: readonly MemberOptions[];
  /** Folder of this member's log, made when missing; one process at a time may use it. */
  readonly dataDir: string;
  /** How often a leader says that it lives, ms, 10–10000. Default 100. */
  readonly heartbeatIntervalMs?: number;
  /** Silence after which a follower campaigns, ms, drawn between the two; min ≥ 3 × heartbeat. Default [500, 1000]. */
  readonly electionTimeoutMs?: readonly [min: number, max: number];
  /**
   * What to do with a log that is damaged, beyond what a crash does to its end. `refetch`: keep its files in
   * `damaged-<group>-<time>-<id>`, come back as a member that has lost its store and fetch everything from the leader; it
   * does not vote before it has everything again. `refuse`: do not start. Default `refetch`; where there is no other
   * member nobody else has the data, and the log is always refused.
   */
  readonly onDamage?: 'refetch' | 'refuse';
  /**
   * How a member with an empty folder finds out whether its group is new or its disk was lost. `ask`: all other members;
   * as long as one is silent and none has a log, it waits. `assumeNew`: you know that the group is new, and want to
   * begin it before all members are up; **never leave it set**: a lost disk would go unnoticed. Default `ask`.
   */
  readonly firstStart?: 'ask' | 'assumeNew';
  /** Default `raft()`. */
  readonly engine?: RaftEngine;
  /** `'none'` only where nobody else can reach the listener. */
  readonly auth: CallAuthenticator | 'none';
  readonly limits?: Partial<GroupLimits>;
  /** Ports, for tests and special installations. */
  readonly transport?: PeerTransport;
  readonly logStore?: LogStore;
  readonly clock?: Clock;
  /** Default: nothing is wrapped. */
  readonly decorate?: PortDecorators;
}

/**
 * Wraps the ports that the group works with, to inject faults into a running process or to trace it. What comes back
 * must keep the promises of the port it wraps, or the group keeps none of its own.
 */
export interface PortDecorators {
  /** The disk below the log store; not asked where the options bring a store of their own. */
  readonly files?: (real: FileOps) => FileOps;
  readonly store?: (real: LogStore) => LogStore;
  readonly transport?: (real: PeerTransport) => PeerTransport;
}

/** Everything has a limit; each of these is reported by name when it is reached. */
export interface GroupLimits {
  /** Proposals that wait for their outcome. Default 16384. */
  readonly proposalsMax: number;
  /** Linearizable reads and `verifyLeader` calls that wait for a quorum. Default 65536. */
  readonly readsMax: number;
  /** `waitFor` calls and reads that wait for an index to be applied. Default 65536. */
  readonly waitsMax: number;
  /** Bytes of one encoded command. Default 1 MiB. */
  readonly commandBytesMax: number;
  /** Committed entries that wait for `apply`; above it the leader takes no proposals. Default 65536. */
  readonly applyBacklogMax: number;
  /**
   * Bytes of entries that wait for this member's disk, or for `apply`, whichever is more. From there on a leader takes no
   * proposals, and a follower no entries: it does not answer, and the leader sends them again. One message more than
   * this may be held. Default 64 MiB.
   */
  readonly backlogBytesMax: number;
  /** Longest stretch of `apply` calls before other work gets a turn, ms. Default 8. */
  readonly applySliceMs: number;
  /** Remembered results of keyed proposals; the oldest go first. Must be equal on all members. Default 100000. */
  readonly resultsMax: number;
  /**
   * How long results of keyed proposals are remembered, ms of log time, which may run an hour a day fast or slow
   * (`CommittedEntry.time`). Must be equal on all members. Default 25 h: at least 24 h by any leader's monotonic clock.
   */
  readonly resultTtlMs: number;
  /** Default deadline of a proposal, read or wait, ms. Default 5000. */
  readonly deadlineMs: number;
  /** How long the outcome of appended proposals is awaited after leadership was handed over, ms. Default 500. */
  readonly handoverGraceMs: number;
  /** How long an `@OnElected` or `@OnDeposed` method may take, ms. Default 10000. */
  readonly hookTimeoutMs: number;
  /** How long a `@FitToLead` method may take before that counts as no, ms. Default 1000. */
  readonly fitnessTimeoutMs: number;
  /** How long a hand-over of leadership may take, ms. Default 2000. */
  readonly transferTimeoutMs: number;
  /**
   * A leader whose last eight batches took this long to become durable (median) hands leadership to a replica whose disk
   * is quick, where there is one; ms, 0 = never. A single batch that hangs: `raft({ storageStallMs })`. Default 500.
   */
  readonly slowFsyncMs: number;
  /**
   * A snapshot is due when this many entries were applied since the last one, but not before their bytes exceed that
   * one's size (so that snapshots cost a constant share of the work however large the state is); 0 = however many there
   * are. Each replica takes its own between half of this and all of it, so that not all stand still at once. Default 50000.
   */
  readonly snapshotEveryEntries: number;
  /**
   * A snapshot is due as well when the commands applied since the last one have this many bytes, under the same two
   * provisos: the log in memory is bounded by the larger of this and one state. 0 = however many there are; with both at
   * 0 no snapshot is ever taken, and log and restart grow for ever. Bytes; default 64 MiB.
   */
  readonly snapshotEveryBytes: number;
}
