import type { TimeStamp } from './log-time.js';

/**
 * What the `data` of a command entry holds:
 *
 *   version=2 keyLength wallMs:8(double) term:8(double) leadingMs:8(double) key… command…(JSON, to the end)
 *   version=1 keyLength wallMs:8(double) key… command…                          (read, no longer written)
 *
 * Stamp and key travel with the command, so that every replica applies it at the same log time under the same key.
 */
export interface CommandEnvelope {
  /** Of version 1 only the wall clock. */
  readonly stamp: TimeStamp | { readonly wallMs: number };
  readonly key: string | undefined;
  readonly command: unknown;
}

const version = 2;
const headerBytes = 26;
const headerBytesOfVersion1 = 10;

/** @param commandJson the command, already in JSON: it is encoded once, when it is proposed */
export function encodeCommand(envelope: {
  readonly stamp: TimeStamp;
  readonly key: string | undefined;
  readonly commandJson: string;
}): Buffer {
  const { stamp, key = '', commandJson } = envelope;
  const bytes = Buffer.allocUnsafe(headerBytes + key.length + Buffer.byteLength(commandJson));
  bytes[0] = version;
  bytes[1] = key.length;
  bytes.writeDoubleBE(stamp.wallMs, 2);
  bytes.writeDoubleBE(stamp.term, 10);
  bytes.writeDoubleBE(stamp.leadingMs, 18);
  bytes.write(key, headerBytes, 'latin1');
  bytes.write(commandJson, headerBytes + key.length, 'utf8');
  return bytes;
}

/**
 * Throws on data that neither this version nor an earlier one wrote: a replica that cannot read the log must not guess
 * its contents.
 */
export function decodeCommand(data: Uint8Array): CommandEnvelope {
  const bytes = Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  const keyStart = bytes[0] === version ? headerBytes : headerBytesOfVersion1;
  if ((bytes[0] !== version && bytes[0] !== 1) || bytes.length < keyStart) {
    throw new RangeError(
      `a log entry of format ${bytes[0]} and ${bytes.length} bytes cannot be read, only formats 1 and ${version}`,
    );
  }
  const commandStart = keyStart + (bytes[1] as number);
  const wallMs = bytes.readDoubleBE(2);
  return {
    stamp:
      bytes[0] === version ? { wallMs, term: bytes.readDoubleBE(10), leadingMs: bytes.readDoubleBE(18) } : { wallMs },
    key: commandStart === keyStart ? undefined : bytes.toString('latin1', keyStart, commandStart),
    command: JSON.parse(bytes.toString('utf8', commandStart)) as unknown,
  };
}

/** 1–255 visible ASCII characters. */
export function isIdempotencyKey(key: string): boolean {
  return /^[!-~]{1,255}$/.test(key);
}
