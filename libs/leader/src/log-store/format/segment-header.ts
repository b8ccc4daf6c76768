import { crc32 } from 'node:zlib';
import type { HardState } from '@quorumkit/raft';
import type { SnapshotRef } from './snapshot-ref.js';

/** What all records before a point in the log amount to, without the entries. */
export interface LogMark {
  readonly hardState: HardState;
  readonly snapshot: SnapshotRef | undefined;
  /** Index of the last entry, or of the snapshot when nothing follows it. */
  readonly lastIndex: number;
  /** Which store of its member this is (`StoredState.storeId`); absent: the first. */
  readonly storeId?: number;
}

/**
 * How a segment begins. `mark` repeats what all earlier segments say, so that they can be deleted once a snapshot has
 * replaced their entries; `previousEnd` proves that the segment before this one is complete.
 */
export interface SegmentHeader {
  readonly format: 1;
  readonly segment: number;
  /** Random; makes the checksums of this file's frames its own. */
  readonly salt: number;
  /** Where the frames of the segment before this one end; 0 in segment 1. */
  readonly previousEnd: number;
  readonly mark: LogMark;
}

const magic = Buffer.from('QKLOG\n', 'latin1');
const fixedBytes = magic.length + 8;
const headerBytesMax = 65_536;

/** Magic, length and CRC-32 of the text, then the header as JSON: `head -n 2` shows what a file is. */
export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const text = Buffer.from(`${JSON.stringify(header)}\n`, 'utf8');
  const bytes = Buffer.alloc(fixedBytes + text.length);
  magic.copy(bytes, 0);
  bytes.writeUInt32LE(text.length, magic.length);
  bytes.writeUInt32LE(crc32(text), magic.length + 4);
  text.copy(bytes, fixedBytes);
  return bytes;
}

export type HeaderReading =
  | { readonly kind: 'intact'; readonly header: SegmentHeader; readonly end: number }
  | { readonly kind: 'damaged' }
  | { readonly kind: 'unknownFormat'; readonly format: unknown };

export function readSegmentHeader(file: Buffer): HeaderReading {
  if (file.length < fixedBytes || !file.subarray(0, magic.length).equals(magic)) return { kind: 'damaged' };
  const length = file.readUInt32LE(magic.length);
  const end = fixedBytes + length;
  if (length > headerBytesMax || end > file.length) return { kind: 'damaged' };
  const text = file.subarray(fixedBytes, end);
  if (crc32(text) !== file.readUInt32LE(magic.length + 4)) return { kind: 'damaged' };
  // The checksum fits, so this is what some version of this package wrote; only the version is in doubt.
  const header = JSON.parse(text.toString('utf8')) as SegmentHeader;
  return header.format === 1 ? { kind: 'intact', header, end } : { kind: 'unknownFormat', format: header.format };
}
