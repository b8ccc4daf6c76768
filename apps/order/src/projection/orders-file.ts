import { type FileHandle, mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ProjectedFile } from './projected-file.js';

/**
 * The file behind a projection. Writes go to a known position, so that one that failed half-way is repeated exactly.
 * Not durable by itself: what a crash loses or tears is noticed and repaired at the next start.
 */
export class OrdersFile {
  private pending: (() => Promise<void>) | undefined;

  private constructor(
    private readonly file: FileHandle,
    private readonly projected: ProjectedFile,
  ) {}

  static async open(path: string): Promise<OrdersFile> {
    await mkdir(dirname(path), { recursive: true });
    // 'a+' would ignore positions; 'r+' needs the file to be there.
    await (await open(path, 'a')).close();
    const file = await open(path, 'r+');
    return new OrdersFile(file, new ProjectedFile(await file.readFile()));
  }

  /** Makes sure that the file goes on with `text`. After a rejection `repeat` must resolve first. */
  async follow(text: string): Promise<void> {
    const step = this.projected.follow(Buffer.from(text));
    if (step.kind === 'present') return;
    this.pending = async () => {
      if (step.cutFirst) await this.file.truncate(step.position);
      await writeFully(this.file, step.bytes, step.position);
    };
    await this.repeat();
  }

  /** Whether the last write failed. */
  get mustRepeat(): boolean {
    return this.pending !== undefined;
  }

  /** Does again what failed last, if anything. */
  async repeat(): Promise<void> {
    await this.pending?.();
    this.pending = undefined;
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/** A full disk shows as a short write first, and as an error only at the next one. */
async function writeFully(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let offset = 0; offset < bytes.length;) {
    const { bytesWritten } = await file.write(bytes, offset, bytes.length - offset, position + offset);
    offset += bytesWritten;
  }
}
