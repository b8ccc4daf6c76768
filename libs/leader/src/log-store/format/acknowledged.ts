import { crc32 } from 'node:zlib';

/** How far the log was acknowledged: everything before this place was synced, and its caller told so. */
export interface Acknowledged {
  readonly segment: number;
  readonly offset: number;
}

export const acknowledgedBytes = 16;

export function encodeAcknowledged({ segment, offset }: Acknowledged): Buffer {
  const bytes = Buffer.alloc(acknowledgedBytes);
  bytes.write('QKA1', 0, 'latin1');
  bytes.writeUInt32LE(segment, 4);
  bytes.writeUInt32LE(offset, 8);
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 12)), 12);
  return bytes;
}

/** Undefined when the bytes are not what was written: then nothing is known, as on a new folder. */
export function readAcknowledged(bytes: Buffer): Acknowledged | undefined {
  if (bytes.length !== acknowledgedBytes || bytes.toString('latin1', 0, 4) !== 'QKA1') return undefined;
  if (bytes.readUInt32LE(12) !== crc32(bytes.subarray(0, 12))) return undefined;
  return { segment: bytes.readUInt32LE(4), offset: bytes.readUInt32LE(8) };
}
