/**
 * The file operations that the durable store is made of. A port, so that every write, sync and rename can be counted,
 * delayed, torn or refused: `nodeFileOps` is the real disk, `SimulatedDisk` (./testing) forgets what was not synced,
 * `FaultyFileOps` (./testing) fails on request.
 *
 * Every method rejects with the error of the operating system (`code` is ENOSPC, EIO, EEXIST, …).
 */
export interface FileOps {
  /** Also its parents; does nothing when it is there. Durable when it resolves. */
  makeFolder(path: string): Promise<void>;
  /** Names of the files in a folder, in no particular order. */
  list(folder: string): Promise<string[]>;
  /** The whole content of a file. */
  read(path: string): Promise<Buffer>;
  /** Opens an existing file for writing. */
  open(path: string): Promise<WritableFile>;
  /** Makes a new, empty file; rejects with EEXIST when there is one. */
  create(path: string): Promise<WritableFile>;
  /** Gives a file a second name, atomically; rejects with EEXIST when that name is taken. */
  link(path: string, newPath: string): Promise<void>;
  /** Atomic; replaces what is at `newPath`. Durable after `syncFolder`. */
  rename(path: string, newPath: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes names durable: what was made, renamed or removed in this folder before. */
  syncFolder(path: string): Promise<void>;
}

export interface WritableFile {
  /** Returns how many bytes were written, which may be fewer than given (a disk that runs full does that first). */
  write(bytes: Uint8Array, offset: number): Promise<number>;
  truncate(bytes: number): Promise<void>;
  /** fdatasync: contents and size are durable. */
  syncData(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Writes all bytes, or rejects. A short write is not a failure yet: a disk that runs full writes what fits and says
 * why only when asked for the rest, so the rest is tried as long as there is progress.
 */
export async function writeFully(file: WritableFile, bytes: Uint8Array, offset: number): Promise<void> {
  let done = await file.write(bytes, offset);
  while (done < bytes.byteLength) {
    const more = await file.write(bytes.subarray(done), offset + done);
    if (more === 0) throw new Error(`only ${done} of ${bytes.byteLength} bytes could be written`);
    done += more;
  }
}
