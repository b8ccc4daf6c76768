import { crc32 } from 'node:zlib';

/**
 * A frame is one group commit in a segment file: 16 bytes of header, then records (see record.ts), little-endian.
 *
 * | bytes | content |
 * | --- | --- |
 * | 0–3 | magic `QKF1` |
 * | 4–7 | length of the records |
 * | 8–11 | offset of this frame in its file |
 * | 12–15 | CRC-32 of the segment's salt, the 12 bytes before and the records |
 *
 * Salt and offset belong to it so that only a frame of this file at this place is valid: neither bytes of another
 * segment nor a frame that a user put inside an entry's data can pass for one.
 * Between frames and after the last one there is nothing or zeros (space that was claimed ahead).
 */
export const frameHeaderBytes = 16;

const magic = 0x31464b51;
const magicBytes = Buffer.from('QKF1', 'latin1');

/** Fills in the header of a frame whose records start at `frameHeaderBytes`. */
export function sealFrame(frame: Buffer, place: { readonly offset: number; readonly salt: number }): void {
  frame.writeUInt32LE(magic, 0);
  frame.writeUInt32LE(frame.length - frameHeaderBytes, 4);
  frame.writeUInt32LE(place.offset, 8);
  frame.writeUInt32LE(checksumOf(frame, place.salt), 12);
}

/** Where the frame at `offset` ends, or undefined when there is no valid one. */
export function frameEndAt(file: Buffer, offset: number, salt: number): number | undefined {
  if (offset + frameHeaderBytes > file.length || file.readUInt32LE(offset) !== magic) return undefined;
  const end = offset + frameHeaderBytes + file.readUInt32LE(offset + 4);
  if (end > file.length || file.readUInt32LE(offset + 8) !== offset) return undefined;
  const isIntact = file.readUInt32LE(offset + 12) === checksumOf(file.subarray(offset, end), salt);
  return isIntact ? end : undefined;
}

/** The first valid frame that begins at or after `from`. */
export function findFrame(file: Buffer, from: number, salt: number): number | undefined {
  for (let at = file.indexOf(magicBytes, from); at !== -1; at = file.indexOf(magicBytes, at + 1)) {
    if (frameEndAt(file, at, salt) !== undefined) return at;
  }
  return undefined;
}

/** What the bytes of a segment hold after its header. */
export interface SegmentScan {
  /** Valid frames in order, as [offset, end). */
  readonly frames: readonly (readonly [offset: number, end: number])[];
  /** Where the valid frames end. */
  readonly end: number;
  readonly rest:
    /** Nothing, or zeros. */
    | { readonly kind: 'clean' }
    /** Something that is not a frame, and nothing valid behind it: a write that was under way, or damage. */
    | { readonly kind: 'torn'; readonly bytes: number }
    /** Something that is not a frame, and a valid frame behind it: damage for certain. */
    | { readonly kind: 'broken'; readonly nextFrame: number };
}

export function scanFrames(file: Buffer, start: number, salt: number): SegmentScan {
  const frames: [number, number][] = [];
  let offset = start;
  for (let end = frameEndAt(file, offset, salt); end !== undefined; end = frameEndAt(file, offset, salt)) {
    frames.push([offset, end]);
    offset = end;
  }
  const used = usedBytes(file, offset);
  if (used === offset) return { frames, end: offset, rest: { kind: 'clean' } };
  const nextFrame = findFrame(file, offset, salt);
  if (nextFrame !== undefined) return { frames, end: offset, rest: { kind: 'broken', nextFrame } };
  return { frames, end: offset, rest: { kind: 'torn', bytes: used - offset } };
}

/** Where the zeros at the end of the file begin, not before `from`. */
function usedBytes(file: Buffer, from: number): number {
  let end = file.length;
  while (end - zeros.length >= from && file.compare(zeros, 0, zeros.length, end - zeros.length, end) === 0)
    end -= zeros.length;
  while (end > from && file[end - 1] === 0) end -= 1;
  return end;
}

const zeros = Buffer.alloc(4096);

function checksumOf(frame: Buffer, salt: number): number {
  const header = crc32(frame.subarray(0, 12), salt);
  return crc32(frame.subarray(frameHeaderBytes), header);
}
