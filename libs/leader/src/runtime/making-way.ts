import { type RaftStatus, type ReplicaId, progressOf } from '@quorumkit/raft';
import { DiskHealth } from '../election/disk-health.js';
import { Fitness } from '../election/fitness.js';
import { PriorityTakeover } from '../election/priority-takeover.js';
import type { StoreCondition } from '../log-store/log-store.js';
import type { GroupReplica } from './group-replica.js';
import { handOverLeadership } from './hand-over.js';
import type { ReplicaDriver } from './replica-driver.js';
import { RetryPause } from './retry-pause.js';

/** How often a leader asks its own application, and others while the answer is no. */
const fitnessIntervalMs = 1000;

interface Wish {
  /** Who could lead instead, the best first. */
  readonly heirs: readonly ReplicaId[];
  readonly reason: Reason;
}

type Reason = 'slowDisk' | 'unfit' | 'priority';

const reasons: Record<Reason, string> = {
  slowDisk: 'the disk here is slow',
  unfit: 'the application here is not fit to lead',
  priority: 'its priority is higher',
};

/**
 * When a leader gives leadership up by itself: its disk is full or slow, its application cannot do a leader's work
 * (`@FitToLead`), or a higher priority is there. Decided here and not in the core, which has the same rules of disk and
 * priority, because user code must leave office *before* leadership passes.
 */
export class MakingWay {
  readonly disk: DiskHealth;
  readonly fitness: Fitness;
  private readonly takeover: PriorityTakeover;
  private lookedAt = -Infinity;
  private yielding = false;
  /** Why the application here should not lead, when it was last asked in this leadership. */
  private objection: string | undefined;
  private askedAt = -Infinity;
  private asks = 0;
  // Each reason has a patience of its own: that a slow disk could not be left says nothing about a higher priority.
  private readonly pauses = { slowDisk: new RetryPause(), unfit: new RetryPause() };

  constructor(private readonly replica: GroupReplica) {
    const { nodeId, raft, limits } = replica.config;
    const { clock } = replica.ports;
    const gapMs = raft.electionTimeoutMinMs;
    this.disk = new DiskHealth({ slowFsyncMs: limits.slowFsyncMs, stallMs: raft.storageStallMs, gapMs });
    this.fitness = new Fitness(replica.user.fitness ?? [], { clock, timeoutMs: limits.fitnessTimeoutMs });
    this.takeover = new PriorityTakeover({
      self: nodeId,
      stableMs: raft.priorityTakeoverStableMs,
      gapMs,
      isQuick: (ms) => this.disk.isQuick(ms),
    });
  }

  /** Another role or leader. Where leadership began or ended, whoever might take over has to prove itself anew. */
  statusChanged(before: RaftStatus | undefined, { role, leader }: RaftStatus): void {
    if (leader !== undefined) this.takeover.led(leader, this.replica.ports.clock.now());
    if (role === before?.role) return;
    this.takeover.reset();
    this.disk.reset();
    this.objection = undefined;
    this.askedAt = -Infinity;
    for (const pause of Object.values(this.pauses)) pause.reset();
  }

  conditionChanged(condition: StoreCondition): void {
    this.disk.condition = condition;
    this.consider();
  }

  /** To be called often while leading; looks once in a heartbeat interval. */
  consider(): void {
    const { replica } = this;
    if (!this.leads() || this.yielding) return;
    if (this.disk.condition === 'full') {
      this.giveUp();
      return;
    }
    const now = replica.ports.clock.now();
    if (!replica.office.inOffice || now - this.lookedAt < replica.config.raft.heartbeatIntervalMs) return;
    this.lookedAt = now;
    this.askOwnApplication(now);
    const wish = this.wish(replica.running, now);
    if (wish !== undefined) this.yieldFor(wish);
  }

  private leads(term = this.replica.status?.term): boolean {
    const { status } = this.replica;
    return status?.role === 'leader' && status.term === term;
  }

  private askOwnApplication(now: number): void {
    if (!this.fitness.isAsked || now - this.askedAt < fitnessIntervalMs) return;
    this.askedAt = now;
    void this.isUnfit();
  }

  private async isUnfit(options?: { readonly fresh: boolean }): Promise<boolean> {
    const term = this.replica.status?.term;
    const ask = ++this.asks;
    const objection = await this.fitness.objection(options);
    // A slow answer says nothing against what was asked after it.
    const isNewest = ask === this.asks;
    if (isNewest && this.leads(term) && objection !== this.objection) {
      this.objection = objection;
      this.replica.user.observer.fitness?.(objection);
    }
    return objection !== undefined;
  }

  private wish(driver: ReplicaDriver, now: number): Wish | undefined {
    const { commitIndex, members, voters } = driver.status();
    const isSlow = this.disk.isSlow(now, driver.storeWaitingSince);
    const progress = progressOf(driver.core).filter(({ peer }) => voters.includes(peer));
    const view = { now, commitIndex, members, progress };
    if (isSlow || this.objection !== undefined) {
      const reason = isSlow ? 'slowDisk' : 'unfit';
      const heirs = this.pauses[reason].isOver(now) ? this.disk.heirs(view) : [];
      return heirs.length === 0 ? undefined : { heirs, reason };
    }
    const rival = this.takeover.heir(view);
    return rival && { heirs: [rival], reason: 'priority' };
  }

  private yieldFor({ heirs, reason }: Wish): void {
    this.yielding = true;
    this.handOver(heirs, reason)
      .catch((error: unknown) => {
        this.failed(heirs, reason);
        this.replica.user.observer.problem?.(`leadership could not be handed over (${reasons[reason]})`, error);
      })
      .finally(() => {
        this.yielding = false;
        this.takeover.reset();
        this.consider();
      });
  }

  private async handOver(heirs: readonly ReplicaId[], reason: Reason): Promise<void> {
    const term = this.replica.status?.term;
    const heir = await this.firstFit(heirs);
    if (!this.leads(term)) return;
    if (heir === undefined) {
      // Asked again after the stable period of a priority, or here after a while.
      if (reason !== 'priority') this.pauses[reason].again(this.replica.ports.clock.now(), fitnessIntervalMs);
      return;
    }
    // What everybody lacked may have come back to the others first.
    if (reason === 'unfit' && !(await this.isUnfit({ fresh: true }))) return;
    // Asking takes time, in which leadership may have passed and members may have left.
    if (this.leads(term) && this.replica.running.status().voters.includes(heir))
      await handOverLeadership(this.replica, heir);
  }

  /** The first of those whose application has nothing against leading; without a way to ask, nobody has. */
  private async firstFit(heirs: readonly ReplicaId[]): Promise<ReplicaId | undefined> {
    const { members, ports } = this.replica;
    const { askFitness } = ports;
    if (askFitness === undefined) return heirs[0];
    const fit = await Promise.all(
      heirs.map(async (heir) => {
        const member = members.find(({ id }) => id === heir);
        return member !== undefined && (await askFitness(member).catch(() => false));
      }),
    );
    return heirs.find((_, position) => fit[position]);
  }

  private failed(heirs: readonly ReplicaId[], reason: Reason): void {
    const now = this.replica.ports.clock.now();
    if (reason !== 'priority') this.pauses[reason].failed(now);
    else for (const rival of heirs) this.takeover.refused(rival, now);
  }

  // Whoever follows may lack space too, or nobody is there: it steps down all the same, to acknowledge nothing it cannot keep.
  private giveUp(): void {
    this.yielding = true;
    handOverLeadership(this.replica, undefined)
      .catch((error: unknown) => {
        this.replica.user.observer.problem?.('the disk is full and nobody took leadership over at once', error);
        this.replica.stepDown('its disk is full');
      })
      .finally(() => (this.yielding = false));
  }
}
