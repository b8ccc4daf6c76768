import type { Snapshot } from '../entry.js';
import { crc32 } from './crc32.js';

/** A snapshot on its way to one follower. A newer one that is taken meanwhile does not disturb it. */
export interface OutgoingSnapshot {
  readonly snapshot: Snapshot;
  readonly checksum: number;
  /** The first byte that the follower still needs. */
  offset: number;
}

/** The checksum is of the whole: computed once a snapshot, however many followers need it. */
const checksums = new WeakMap<Snapshot, number>();

export function outgoing(snapshot: Snapshot): OutgoingSnapshot {
  let checksum = checksums.get(snapshot);
  if (checksum === undefined) {
    checksum = crc32(snapshot.data);
    checksums.set(snapshot, checksum);
  }
  return { snapshot, checksum, offset: 0 };
}
