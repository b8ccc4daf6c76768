/** A buffer that grows. `claim` reserves bytes and says where they are; they must all be written. */
export class ByteWriter {
  buffer: Buffer;
  length = 0;

  constructor(capacity = 16_384) {
    this.buffer = Buffer.allocUnsafeSlow(capacity);
  }

  claim(bytes: number): number {
    const at = this.length;
    this.length += bytes;
    if (this.length > this.buffer.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(this.length, this.buffer.length * 2));
      this.buffer.copy(larger, 0, 0, at);
      this.buffer = larger;
    }
    return at;
  }

  /** What was written, as a view that is good until the next change. */
  written(): Buffer {
    return this.buffer.subarray(0, this.length);
  }
}
