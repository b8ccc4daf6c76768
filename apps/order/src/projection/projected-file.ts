/** What must be done so that the file has a text at its next position. */
export type ProjectionStep =
  /** It was there already. */
  | { readonly kind: 'present' }
  /** Write `bytes` at `position`; the file ends there, or what follows is wrong and must be cut off first. */
  | { readonly kind: 'write'; readonly position: number; readonly bytes: Buffer; readonly cutFirst: boolean };

/**
 * Follows a file whose whole content is a function of the applied log. What a crash left of it is compared byte by
 * byte as the log is applied again: the part that agrees stays, and everything from the first difference on (a torn
 * row, a lost block, another history) is written anew. So the file is right at every moment up to where it was
 * followed, without an fsync for each row.
 */
export class ProjectedFile {
  private position = 0;
  private found: Buffer | undefined;

  /** @param found the content of the file at start */
  constructor(found: Buffer) {
    this.found = found.length === 0 ? undefined : found;
  }

  /** The bytes of the file that are known to be right. */
  get verifiedBytes(): number {
    return this.position;
  }

  follow(bytes: Buffer): ProjectionStep {
    const position = this.position;
    this.position += bytes.length;
    if (this.found === undefined) return { kind: 'write', position, bytes, cutFirst: false };
    const agrees = this.found.subarray(position, this.position).equals(bytes);
    const cutFirst = !agrees && this.found.length > position;
    if (!agrees || this.found.length === this.position) this.found = undefined;
    return agrees ? { kind: 'present' } : { kind: 'write', position, bytes, cutFirst };
  }
}
