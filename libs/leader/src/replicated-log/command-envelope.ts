/**
 * What the `data` of a command entry holds:
 *
 *   version=1 keyLength time:8(double) key… command…(JSON, to the end)
 *
 * Log time and key travel with the command, so that every replica applies it under the same ones.
 */
export interface CommandEnvelope {
  /** Wall clock of the leader that proposed it, ms since 1970. */
  readonly time: number;
  readonly key: string | undefined;
  readonly command: unknown;
}

const version = 1;
const headerBytes = 10;

/** @param commandJson the command, already in JSON: it is encoded once, when it is proposed */
export function encodeCommand(envelope: { readonly time: number; readonly key: string | undefined; readonly commandJson: string }): Buffer {
  const key = envelope.key ?? '';
  const bytes = Buffer.allocUnsafe(headerBytes + key.length + Buffer.byteLength(envelope.commandJson));
  bytes[0] = version;
  bytes[1] = key.length;
  bytes.writeDoubleBE(envelope.time, 2);
  bytes.write(key, headerBytes, 'latin1');
  bytes.write(envelope.commandJson, headerBytes + key.length, 'utf8');
  return bytes;
}

/**
 * Throws on data this version did not write: a replica that cannot read the log must not guess its contents.
 */
export function decodeCommand(data: Uint8Array): CommandEnvelope {
  const bytes = Buffer.isBuffer(data) ? data : Buffer.from(data.buffer, data.byteOffset, data.byteLength);
  if (bytes.length < headerBytes || bytes[0] !== version) throw new RangeError(`a log entry of format ${bytes[0]} cannot be read, only format ${version}`);
  const keyLength = bytes[1] as number;
  return {
    time: bytes.readDoubleBE(2),
    key: keyLength === 0 ? undefined : bytes.toString('latin1', headerBytes, headerBytes + keyLength),
    command: JSON.parse(bytes.toString('utf8', headerBytes + keyLength)) as unknown,
  };
}

/** 1–255 visible ASCII characters. */
export function isIdempotencyKey(key: string): boolean {
  return /^[!-~]{1,255}$/.test(key);
}
