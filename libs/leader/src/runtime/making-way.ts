import { type RaftStatus, type ReplicaId, progressOf } from '@quorumkit/raft';
import { DiskHealth } from '../election/disk-health.js';
import { PriorityTakeover } from '../election/priority-takeover.js';
import type { StoreCondition } from '../log-store/log-store.js';
import type { GroupReplica } from './group-replica.js';
import { handOverLeadership } from './hand-over.js';
import type { ReplicaDriver } from './replica-driver.js';

/** After a hand-over that failed, each pause is twice the one before: an attempt costs proposals up to an election timeout. */
const retryPauseMs = 5000;
const doublingsMax = 6;

interface Heir {
  readonly peer: ReplicaId;
  readonly reason: keyof typeof reasons;
}

const reasons = { slowDisk: 'the disk here is slow', priority: 'its priority is higher' } as const;

/**
 * When a leader gives leadership up by itself: its disk is full or slow, or a higher priority is there. Decided here and
 * not in the core, which has the same rules, because user code must leave office *before* leadership passes.
 */
export class MakingWay {
  readonly disk: DiskHealth;
  private readonly takeover: PriorityTakeover;
  private lookedAt = -Infinity;
  private yielding = false;
  /** Hand-overs because of the disk that failed in this leadership, and when to try again. */
  private failures = 0;
  private retryAt = -Infinity;

  constructor(private readonly replica: GroupReplica) {
    const { nodeId, raft, limits } = replica.config;
    const gapMs = raft.electionTimeoutMinMs;
    this.disk = new DiskHealth({ slowFsyncMs: limits.slowFsyncMs, stallMs: raft.storageStallMs, gapMs });
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
    this.failures = 0;
    this.retryAt = -Infinity;
  }

  conditionChanged(condition: StoreCondition): void {
    this.disk.condition = condition;
    this.consider();
  }

  /** To be called often while leading; looks once in a heartbeat interval. */
  consider(): void {
    const { replica } = this;
    const { status } = replica;
    if (status?.role !== 'leader' || this.yielding) return;
    if (this.disk.condition === 'full') {
      this.giveUp();
      return;
    }
    const now = replica.ports.clock.now();
    if (!replica.office.inOffice || now - this.lookedAt < replica.config.raft.heartbeatIntervalMs) return;
    this.lookedAt = now;
    const heir = this.heir(replica.running, now);
    if (heir !== undefined) this.yieldTo(heir);
  }

  private heir(driver: ReplicaDriver, now: number): Heir | undefined {
    const { commitIndex, members, voters } = driver.status();
    const isSlow = this.disk.isSlow(now, driver.storeWaitingSince);
    const view = {
      now,
      commitIndex,
      members,
      progress: progressOf(driver.core).filter(({ peer }) => voters.includes(peer)),
    };
    const byDisk = isSlow && now >= this.retryAt ? this.disk.heir(view) : undefined;
    if (byDisk !== undefined) return { peer: byDisk, reason: 'slowDisk' };
    const byPriority = isSlow ? undefined : this.takeover.heir(view);
    return byPriority && { peer: byPriority, reason: 'priority' };
  }

  private yieldTo({ peer, reason }: Heir): void {
    this.yielding = true;
    handOverLeadership(this.replica, peer)
      .catch((error: unknown) => {
        this.failed(peer, reason);
        this.replica.user.observer.problem?.(`leadership could not be handed to ${peer} (${reasons[reason]})`, error);
      })
      .finally(() => {
        this.yielding = false;
        this.takeover.reset();
        this.consider();
      });
  }

  // Each reason has a patience of its own: that a slow disk could not be left says nothing about a higher priority.
  private failed(peer: ReplicaId, reason: Heir['reason']): void {
    const now = this.replica.ports.clock.now();
    if (reason === 'priority') {
      this.takeover.refused(peer, now);
    } else {
      this.retryAt = now + retryPauseMs * 2 ** Math.min(this.failures, doublingsMax);
      this.failures += 1;
    }
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
