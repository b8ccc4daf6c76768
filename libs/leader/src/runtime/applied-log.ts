import type { Entry, Input, Snapshot } from '@quorumkit/raft';
import type { GroupConfig } from '../group/parse-group-options.js';
import { type Applied, AppliedState } from '../replicated-log/applied-state.js';
import { Applier } from '../replicated-log/applier.js';
import type { Callers } from '../replicated-log/callers.js';
import { CommittedFeed } from '../replicated-log/committed-feed.js';
import { SnapshotSchedule } from '../replicated-log/snapshot-schedule.js';
import type { ReplicaDriver } from './replica-driver.js';
import type { ReplicaPorts, ReplicaUser } from './replica-ports.js';
import { SnapshotTaking } from './snapshot-taking.js';

/** What an applied log belongs to. */
export interface AppliedLogOwner {
  readonly config: GroupConfig;
  readonly ports: ReplicaPorts;
  readonly user: ReplicaUser;
  readonly callers: Callers;
  /** Undefined while the replica takes no part. */
  readonly driver: () => ReplicaDriver | undefined;
  /** More has been applied, and whoever waited for it has been told. */
  readonly progressed: () => void;
  readonly failed: (error: unknown) => void;
}

/** The way of a committed entry in one replica: applied in order, told to whoever waits, and compacted into snapshots. */
export class AppliedLog {
  readonly state: AppliedState;
  readonly applier: Applier;
  readonly feed: CommittedFeed;
  private readonly snapshots: SnapshotTaking;

  constructor(private readonly owner: AppliedLogOwner) {
    const { config, ports, user } = owner;
    this.state = new AppliedState(user.stateMachine, config.limits);
    this.applier = new Applier(this.state, ports.clock, config.limits.applySliceMs, {
      applied: (entry, applied) => this.applied(entry, applied),
      progressed: () => this.progressed(),
      failed: (error) => owner.failed(error),
    });
    this.feed = new CommittedFeed(
      () => owner.driver()?.core,
      () => this.state.appliedIndex,
    );
    const schedule = new SnapshotSchedule(config.limits, config.nodeId);
    this.snapshots = new SnapshotTaking(this.state, schedule, ports.clock, user.observer, (taken) =>
      this.snapshotTaken(taken),
    );
  }

  /** Begins with what the store holds. */
  recover(snapshot: Snapshot): void {
    this.state.restore(snapshot);
    this.snapshots.restored(snapshot);
  }

  /** A snapshot from the leader takes the place of entries that will not come. */
  restore(snapshot: Snapshot): void {
    this.owner.callers.flights.passedOver(snapshot.index);
    this.snapshots.restored(snapshot);
    this.applier.restore(snapshot);
  }

  private applied(entry: Entry, applied: Applied): void {
    this.snapshots.applied(entry);
    this.feed.noted(entry, applied);
    this.owner.callers.flights.applied(entry.index, entry.term, applied);
  }

  private progressed(): void {
    this.owner.callers.waits.advance(this.state.appliedIndex);
    this.feed.progressed();
    this.snapshots.takeIfDue();
    this.owner.progressed();
  }

  private snapshotTaken(taken: Omit<Extract<Input, { kind: 'snapshotTaken' }>, 'kind'>): void {
    const driver = this.owner.driver();
    driver?.submit({ kind: 'snapshotTaken', ...taken });
    this.feed.compacted(driver?.status().firstLogIndex ?? 0);
  }
}
