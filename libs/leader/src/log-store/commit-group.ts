import { invariant } from '@quorumkit/raft';
import type { Snapshot } from '@quorumkit/raft';
import type { ByteWriter } from './format/byte-writer.js';
import { frameHeaderBytes, sealFrame } from './format/frame.js';
import { writeBatch } from './format/record.js';
import type { LogMark } from './format/segment-header.js';
import type { BatchPlan } from './log-outline.js';

/**
 * Batches that become durable together, in one frame. Encoded while the previous group is on its way to the disk, so
 * that nothing but the checksum is left to do when the disk is free.
 */
export class CommitGroup {
  readonly done: Promise<void>;
  readonly writer: ByteWriter;
  resolve!: () => void;
  reject!: (error: Error) => void;
  batches = 0;
  /** The newest snapshot among the batches. */
  snapshot: Snapshot | undefined;
  #mark: LogMark | undefined;

  constructor(writer: ByteWriter) {
    this.writer = writer;
    writer.length = 0;
    writer.claim(frameHeaderBytes);
    this.done = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
  }

  get bytes(): number {
    return this.writer.length;
  }

  /** What the log amounts to after this group. */
  get mark(): LogMark {
    invariant(this.#mark !== undefined, 'a group is made for a batch');
    return this.#mark;
  }

  add(plan: BatchPlan, mark: LogMark): void {
    writeBatch(this.writer, plan, plan.batch.snapshot && mark.snapshot);
    this.snapshot = plan.batch.snapshot ?? this.snapshot;
    this.#mark = mark;
    this.batches += 1;
  }

  frame(place: { readonly offset: number; readonly salt: number }): Buffer {
    const frame = this.writer.written();
    sealFrame(frame, place);
    return frame;
  }
}
