import type { Snapshot } from '../entry.js';
import type { SnapshotRequest } from '../message.js';
import { crc32 } from './crc32.js';

/**
 * A snapshot that arrives in chunks. They may be lost, repeated or come from another leader after an election; as
 * long as it is the same snapshot, the transfer goes on where it stopped.
 */
export class IncomingSnapshot {
  private readonly bytes: Uint8Array;
  private received = 0;

  constructor(
    private readonly about: Pick<
      SnapshotRequest,
      'snapshotIndex' | 'snapshotTerm' | 'totalBytes' | 'checksum' | 'configuration'
    >,
  ) {
    this.bytes = new Uint8Array(about.totalBytes);
  }

  /** The first byte that is still needed. */
  get nextOffset(): number {
    return this.received;
  }

  get isComplete(): boolean {
    return this.received === this.bytes.byteLength;
  }

  isOf(request: SnapshotRequest): boolean {
    return (
      request.snapshotIndex === this.about.snapshotIndex &&
      request.snapshotTerm === this.about.snapshotTerm &&
      request.totalBytes === this.about.totalBytes &&
      request.checksum === this.about.checksum
    );
  }

  add(offset: number, chunk: Uint8Array): void {
    if (offset !== this.received || offset + chunk.byteLength > this.bytes.byteLength) return;
    this.bytes.set(chunk, offset);
    this.received += chunk.byteLength;
  }

  /** Undefined when its checksum does not fit. */
  assemble(): Snapshot | undefined {
    if (crc32(this.bytes) !== this.about.checksum) return undefined;
    const { snapshotIndex, snapshotTerm, configuration } = this.about;
    return { index: snapshotIndex, term: snapshotTerm, data: this.bytes, configuration };
  }
}
