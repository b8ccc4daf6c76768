import type { Entry, LogIndex, Snapshot } from '@quorumkit/raft';
import type { AppliedState } from '../replicated-log/applied-state.js';
import type { SnapshotSchedule } from '../replicated-log/snapshot-schedule.js';
import type { Clock } from './clock.js';
import type { ReplicaObserver } from './replica-observer.js';

/** Writes the applied state out when that is due, so that the log before it can go. */
export class SnapshotTaking {
  constructor(
    private readonly state: AppliedState,
    private readonly schedule: SnapshotSchedule,
    private readonly clock: Clock,
    private readonly observer: ReplicaObserver,
    private readonly hand: (taken: { readonly index: LogIndex; readonly data: Uint8Array }) => void,
  ) {}

  applied(entry: Entry): void {
    this.schedule.applied(entry);
  }

  restored(snapshot: Snapshot): void {
    this.schedule.restored(snapshot);
  }

  // In one go: the state must not change while it is written, and only the application knows its parts.
  takeIfDue(): void {
    if (!this.schedule.isDue) return;
    const index = this.state.appliedIndex;
    const started = this.clock.now();
    const data = this.state.snapshot();
    this.schedule.taken(index, data.length);
    this.observer.snapshotTaken?.(this.clock.now() - started, data.length);
    this.hand({ index: index as LogIndex, data });
  }
}
