import { invariant } from '../invariant.js';
import type { Entry } from '../entry.js';
import { bytesOf, textOf } from './text-bytes.js';

/** Filler, so that a snapshot takes several chunks where chunks are small. */
const snapshotBytes = 400;

/** The simulated state machine: how many commands were applied, and a digest of them in their order (FNV-1a). */
export class AppliedState {
  count = 0;
  index = 0;
  private digestOfAll = 0x811c9dc5;

  static restore(data: Uint8Array | undefined, index: number): AppliedState {
    const state = new AppliedState();
    state.index = index;
    if (data === undefined) return state;
    const [count, digest] = textOf(data).split(' ');
    state.count = Number(count);
    state.digestOfAll = Number(digest);
    return state;
  }

  get digest(): string {
    return `${this.count}:${this.digestOfAll.toString(16)}`;
  }

  apply(entry: Entry): void {
    invariant(entry.index === this.index + 1, `entry ${entry.index} is applied after ${this.index}`);
    this.index = entry.index;
    if (entry.kind !== 'command') return;
    this.count += 1;
    for (const byte of entry.data) this.digestOfAll = Math.imul(this.digestOfAll ^ byte, 0x0100_0193) >>> 0;
  }

  snapshot(): Uint8Array {
    return bytesOf(`${this.count} ${this.digestOfAll} `.padEnd(snapshotBytes, '.'));
  }
}
