import type { Entry, Snapshot } from '../entry.js';
import { invariant } from '../invariant.js';
import { bytesOf, textOf } from './text-bytes.js';

/**
 * What a simulated replica applies its committed entries to. Must be determined by the entries alone; a new one is made
 * for each process.
 */
export interface HostedStateMachine {
  /** Entries come in order, each once a process. @returns what the proposer is told; compared between replicas. */
  apply(entry: Entry): unknown;
  snapshot(): Uint8Array;
  /** Called at most once before the first `apply`, or in place of entries that a leader's snapshot stands for. */
  restore(snapshot: Uint8Array): void;
  /** Equal on replicas that applied the same entries. */
  digest(): string;
}

/** One replica's state machine, and how far it is. */
export class AppliedState {
  private through = 0;

  constructor(readonly machine: HostedStateMachine = new CommandCounter()) {}

  static restore(snapshot: Snapshot | undefined, machine?: HostedStateMachine): AppliedState {
    const state = new AppliedState(machine);
    if (snapshot === undefined) return state;
    state.through = snapshot.index;
    state.machine.restore(snapshot.data);
    return state;
  }

  /** Everything through here is in the state. */
  get index(): number {
    return this.through;
  }

  get digest(): string {
    return this.machine.digest();
  }

  /** Commands in the default state machine; 0 with another one. */
  get count(): number {
    return this.machine instanceof CommandCounter ? this.machine.count : 0;
  }

  apply(entry: Entry): unknown {
    invariant(entry.index === this.through + 1, () => `entry ${entry.index} is applied after ${this.through}`);
    this.through = entry.index;
    return this.machine.apply(entry);
  }

  snapshot(): Uint8Array {
    return this.machine.snapshot();
  }
}

/** Filler, so that a snapshot takes several chunks where chunks are small. */
const snapshotBytes = 400;

/** The default: how many commands were applied, and a digest of them in their order (FNV-1a). */
export class CommandCounter implements HostedStateMachine {
  count = 0;
  private digestOfAll = 0x811c9dc5;

  apply(entry: Entry): number {
    if (entry.kind !== 'command') return this.count;
    this.count += 1;
    for (const byte of entry.data) this.digestOfAll = Math.imul(this.digestOfAll ^ byte, 0x0100_0193) >>> 0;
    return this.count;
  }

  digest(): string {
    return `${this.count}:${this.digestOfAll.toString(16)}`;
  }

  snapshot(): Uint8Array {
    return bytesOf(`${this.count} ${this.digestOfAll} `.padEnd(snapshotBytes, '.'));
  }

  restore(snapshot: Uint8Array): void {
    const [count, digest] = textOf(snapshot).split(' ');
    this.count = Number(count);
    this.digestOfAll = Number(digest);
  }
}
