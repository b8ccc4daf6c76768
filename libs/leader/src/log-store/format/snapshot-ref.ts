import { crc32 } from 'node:zlib';
import type { Configuration, LogIndex, Snapshot, Term } from '@quorumkit/raft';

/** Names a snapshot and can tell whether bytes are it. */
export interface SnapshotRef {
  readonly index: LogIndex;
  readonly term: Term;
  readonly bytes: number;
  /** CRC-32 of the data. */
  readonly checksum: number;
  /** The group's members as of `index`, if the log ever changed them. Not part of the data; determined by index and term. */
  readonly configuration?: Configuration;
}

export function snapshotRefOf({ index, term, data, configuration }: Snapshot): SnapshotRef {
  return { index, term, bytes: data.byteLength, checksum: crc32(data), ...(configuration && { configuration }) };
}

export function isSnapshotData(data: Uint8Array, ref: SnapshotRef): boolean {
  return data.byteLength === ref.bytes && crc32(data) === ref.checksum;
}

export function isSameSnapshot(one: SnapshotRef | undefined, other: SnapshotRef | undefined): boolean {
  return one?.index === other?.index && one?.term === other?.term && one?.checksum === other?.checksum;
}
