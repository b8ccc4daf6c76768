import { writeFully } from './file-ops.js';
import type { FileOps, WritableFile } from './file-ops.js';
import { encodeAcknowledged } from './format/acknowledged.js';
import type { Acknowledged } from './format/acknowledged.js';
import { LogFiles } from './log-files.js';
import { replaceFile } from './replace-file.js';

/**
 * Notes beside the log how far it was acknowledged. With it, recovery can tell bit rot in the last frame (which was
 * acknowledged, so the replica must not go on without it) from a write that the crash interrupted (to be cut off).
 *
 * Written after each group commit and never synced: it costs one write into the kernel's cache, survives the death of
 * the process, and may be older than the truth after a power failure. It is never ahead of it.
 */
export class AcknowledgedNote {
  readonly #file: WritableFile;
  readonly #onFailure: (error: unknown) => void;
  #next: Acknowledged | undefined;
  #writing: Promise<void> | undefined;

  private constructor(file: WritableFile, onFailure: (error: unknown) => void) {
    this.#file = file;
    this.#onFailure = onFailure;
  }

  static async begin(
    files: FileOps,
    names: LogFiles,
    position: Acknowledged,
    onFailure: (error: unknown) => void,
  ): Promise<AcknowledgedNote> {
    const path = names.acknowledged();
    await replaceFile(files, path, encodeAcknowledged(position), LogFiles.temporary(path));
    return new AcknowledgedNote(await files.open(path), onFailure);
  }

  /** Returns at once. While one write is under way only the newest position is remembered. */
  set(position: Acknowledged): void {
    this.#next = position;
    this.#writing ??= this.#write();
  }

  async close(): Promise<void> {
    await this.#writing;
    await this.#file.close();
  }

  async #write(): Promise<void> {
    try {
      for (let next = this.#next; next !== undefined; next = this.#next) {
        this.#next = undefined;
        await writeFully(this.#file, encodeAcknowledged(next), 0);
      }
    } catch (error) {
      this.#onFailure(error);
    } finally {
      this.#writing = undefined;
    }
  }
}
