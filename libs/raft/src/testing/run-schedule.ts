import { Prng } from '../prng.js';
import { Nemesis } from './nemesis.js';
import { SimulatedCluster } from './simulated-cluster.js';

export interface ScheduleOptions {
  readonly seed: number;
  /** Virtual time with faults, ms. Default 8000. */
  readonly faultsMs?: number;
  /** After the faults end, everything proposed must be done within this virtual time, ms. Default 20000. */
  readonly recoveryMs?: number;
}

export interface ScheduleReport {
  readonly seed: number;
  readonly virtualMs: number;
  readonly eventsRun: number;
  readonly messages: number;
  readonly committed: number;
  readonly readsAnswered: number;
  readonly highestTerm: number;
  /** From the end of the faults to a leader that has committed in its term, ms. */
  readonly recoveryMs: number;
}

/**
 * One random run: a group drawn from the seed, load and faults, then calm. Safety is checked at every step, liveness
 * at the end: a leader appears, what is proposed commits, and all replicas apply the same commands.
 *
 * @throws an error that names the seed.
 */
export function runSchedule(options: ScheduleOptions): ScheduleReport {
  const run = new ScheduleRun(options);
  try {
    return run.execute();
  } catch (error) {
    const what = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    throw new Error(`seed ${options.seed} fails: ${what}\n${run.cluster.describe()}`, { cause: error });
  }
}

class ScheduleRun {
  readonly cluster: SimulatedCluster;
  private readonly prng: Prng;
  private readonly nemesis: Nemesis;
  private readonly faultsMs: number;
  private readonly recoveryMs: number;
  private loadMs: number;
  private underLoad = true;

  constructor(private readonly options: ScheduleOptions) {
    this.faultsMs = options.faultsMs ?? 8000;
    this.recoveryMs = options.recoveryMs ?? 20_000;
    this.prng = new Prng(options.seed);
    this.cluster = new SimulatedCluster(drawCluster(this.prng));
    const snapshotEvery = this.prng.chance(0.4) ? this.prng.integer(5, 60) : 0;
    for (const replica of this.cluster.replicas) replica.snapshotEvery = snapshotEvery;
    this.loadMs = this.prng.chance(0.5) ? this.prng.between(2, 20) : this.prng.between(20, 200);
    this.cluster.startAll();
    // Every fourth run is a storm: faults every few milliseconds, many of them in the middle of an election.
    const storm = this.prng.chance(0.25) ? { meanPauseMs: this.prng.between(5, 60) } : {};
    this.nemesis = new Nemesis(this.cluster, this.prng.fork(), storm);
    this.scheduleLoad();
  }

  execute(): ScheduleReport {
    this.cluster.runFor(this.faultsMs);
    this.underLoad = false;
    this.nemesis.stop();
    const recoveryMs = this.cluster.runUntil(() => this.cluster.leader?.status.committedInTerm === true, {
      withinMs: this.recoveryMs,
    });
    this.finishWork();
    this.compareReplicas();
    return this.report(recoveryMs);
  }

  private scheduleLoad(): void {
    this.cluster.clock.after(this.prng.between(0, 2 * this.loadMs), () => {
      if (!this.underLoad) return;
      // Also whoever wrongly believes that it leads gets work.
      for (const leader of this.cluster.leaders) {
        if (this.prng.chance(0.8)) this.cluster.proposeMany(leader.id, this.prng.integer(1, 4));
        if (this.prng.chance(0.3)) this.cluster.read(leader.id);
      }
      this.scheduleLoad();
    });
  }

  private finishWork(): void {
    const { cluster } = this;
    let remaining = 5;
    let last: number | undefined;
    const isDone = () => {
      if (last !== undefined && !cluster.committed.has(`c${last}`)) {
        if (!this.isLost(last)) return false;
        remaining += 1;
      }
      const { leader } = cluster;
      last = remaining > 0 && leader !== undefined ? cluster.propose(leader.id) : undefined;
      if (last !== undefined) remaining -= 1;
      return remaining === 0 && last === undefined;
    };
    cluster.runUntil(isDone, { withinMs: this.recoveryMs });
    const everybodyHasAll = () =>
      cluster.replicas.every((replica) => replica.applied.index >= cluster.committed.lastIndex);
    cluster.runUntil(everybodyHasAll, { withinMs: this.recoveryMs });
  }

  /** Refused, or cut by a later leader that has committed in its term and with it everything it had. */
  private isLost(proposal: number): boolean {
    const at = this.cluster.accepted.get(proposal);
    const status = this.cluster.leader?.status;
    return at === undefined || (status?.committedInTerm === true && status.term > at.term);
  }

  private compareReplicas(): void {
    const { digest } = this.cluster.committed;
    for (const replica of this.cluster.replicas) {
      if (replica.applied.digest !== digest)
        throw new Error(`${replica.id} applied ${replica.applied.digest}, committed was ${digest}`);
    }
  }

  private report(recoveryMs: number): ScheduleReport {
    const { clock, network, committed, reads, replicas } = this.cluster;
    return {
      seed: this.options.seed,
      virtualMs: clock.now,
      eventsRun: clock.eventsRun,
      messages: network.delivered,
      committed: committed.lastIndex,
      readsAnswered: reads.answered,
      highestTerm: Math.max(...replicas.map((replica) => replica.status.term)),
      recoveryMs,
    };
  }
}

function drawCluster(prng: Prng): ConstructorParameters<typeof SimulatedCluster>[0] {
  const size = prng.chance(0.65) ? 3 : ([1, 2, 4, 5, 5][prng.integer(0, 4)] ?? 3);
  const distinct = prng.chance(0.6);
  // Short timeouts bring many elections into one run.
  const heartbeatIntervalMs = prng.chance(0.5) ? 100 : prng.integer(5, 50);
  const priorities = Array.from({ length: size }, (_unused, offset) => (distinct ? size - offset : prng.integer(0, 2)));
  return {
    seed: prng.integer(1, 2 ** 31),
    priorities,
    noticesGoneProcesses: prng.chance(0.7),
    raft: {
      heartbeatIntervalMs,
      electionTimeoutMinMs: heartbeatIntervalMs * 5,
      electionTimeoutMaxMs: heartbeatIntervalMs * 10,
      retransmitAfterMs: heartbeatIntervalMs * 2 + prng.integer(0, heartbeatIntervalMs),
      campaignRetryMs: prng.integer(1, Math.ceil(heartbeatIntervalMs / 2)),
      maxBatchEntries: prng.chance(0.5) ? prng.integer(1, 8) : 64,
      maxInflightBatches: prng.integer(1, 4),
      maxUncommittedBytes: prng.chance(0.2) ? 1024 : 1024 * 1024,
      trailingEntries: prng.chance(0.5) ? 0 : prng.integer(1, 40),
      snapshotChunkBytes: prng.chance(0.5) ? prng.integer(20, 200) : 65_536,
      priorityTakeoverStableMs: prng.chance(0.7) ? prng.integer(300, 3000) : 0,
      commitNoticeDelayMs: prng.integer(0, 5),
    },
  };
}
