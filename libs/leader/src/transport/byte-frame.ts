/** The bytes are not a message of this protocol version. Nothing was acted upon. */
export class MalformedMessageError extends Error {
  override readonly name = 'MalformedMessageError';
  readonly code = 'MALFORMED_MESSAGE';
  readonly definite = true;

  constructor(why: string) {
    super(`Not a valid peer message: ${why}.`);
  }
}

const two32 = 2 ** 32;

/** Writes into a buffer of known size; big-endian throughout. */
export class FrameWriter {
  private offset = 0;

  private constructor(private readonly bytes: Buffer) {}

  static ofSize(size: number): FrameWriter {
    return new FrameWriter(Buffer.allocUnsafe(size));
  }

  u8(value: number): this {
    this.bytes[this.offset++] = value;
    return this;
  }

  u32(value: number): this {
    this.offset = this.bytes.writeUInt32BE(value, this.offset);
    return this;
  }

  /** A non-negative safe integer in 8 bytes. */
  u53(value: number): this {
    return this.u32(Math.floor(value / two32)).u32(value % two32);
  }

  /** At most 255 bytes, length first. */
  shortString(encoded: Buffer): this {
    this.u8(encoded.length);
    this.offset += encoded.copy(this.bytes, this.offset);
    return this;
  }

  bytes32(data: Uint8Array): this {
    this.u32(data.length);
    this.bytes.set(data, this.offset);
    this.offset += data.length;
    return this;
  }

  /** Without a length: the reader knows it. */
  raw(encoded: Buffer): this {
    this.offset += encoded.copy(this.bytes, this.offset);
    return this;
  }

  done(): Buffer {
    if (this.offset !== this.bytes.length)
      throw new RangeError(`frame of ${this.bytes.length} bytes was filled with ${this.offset}`);
    return this.bytes;
  }
}

/** Reads what `FrameWriter` wrote; every read is checked against the end. */
export class FrameReader {
  private offset = 0;

  constructor(private readonly bytes: Buffer) {}

  u8(): number {
    return this.bytes[this.advance(1)] as number;
  }

  u32(): number {
    return this.bytes.readUInt32BE(this.advance(4));
  }

  u53(): number {
    const high = this.u32();
    const low = this.u32();
    if (high >= 2 ** 21) throw new MalformedMessageError('a number is larger than 2^53');
    return high * two32 + low;
  }

  flag(): boolean {
    const value = this.u8();
    if (value > 1) throw new MalformedMessageError(`a flag is 0 or 1, got ${value}`);
    return value === 1;
  }

  shortString(): string {
    const length = this.u8();
    const start = this.advance(length);
    return this.bytes.toString('utf8', start, start + length);
  }

  /** A view, not a copy. */
  bytes32(): Uint8Array {
    const length = this.u32();
    const start = this.advance(length);
    return this.bytes.subarray(start, start + length);
  }

  end(): void {
    if (this.offset !== this.bytes.length)
      throw new MalformedMessageError(`${this.bytes.length - this.offset} bytes follow the message`);
  }

  private advance(length: number): number {
    const start = this.offset;
    if (start + length > this.bytes.length)
      throw new MalformedMessageError(
        `it ends after ${this.bytes.length} bytes, at least ${start + length} are needed`,
      );
    this.offset = start + length;
    return start;
  }
}
