import { writeFully } from '../file-ops.js';
import type { FileOps, WritableFile } from '../file-ops.js';

type HeldChange =
  | { readonly kind: 'write'; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly size: number };

/** How `loseUnsynced` can be watched, and switched while files are open. */
export interface UnsyncedOptions {
  /** Asked before each write; when it turns false, what is held goes out with the next sync. Default: always true. */
  readonly holds?: () => boolean;
  /** How many bytes of a file are held now. */
  readonly onHeld?: (path: string, bytes: number) => void;
}

/**
 * File operations that hold every write in the memory of this process until the file is synced, so that `kill -9`
 * loses what was not synced. Without it a killed process loses nothing: its writes are in the kernel's cache.
 * Names (create, rename, remove) take effect at once.
 */
export function loseUnsynced(inner: FileOps, options: UnsyncedOptions = {}): FileOps {
  const { holds = () => true, onHeld = () => undefined } = options;
  const holding = (path: string, file: WritableFile): WritableFile => {
    let held: HeldChange[] = [];
    const tell = (): void =>
      onHeld(
        path,
        held.reduce((sum, change) => sum + bytesOf(change), 0),
      );
    return {
      write: async (bytes, offset) => {
        if (held.length === 0 && !holds()) return file.write(bytes, offset);
        const last = held.at(-1);
        // A file that is overwritten in place and never synced must not fill the memory.
        if (last?.kind === 'write' && last.offset === offset && last.bytes.byteLength === bytes.byteLength) held.pop();
        held.push({ kind: 'write', offset, bytes: Uint8Array.from(bytes) });
        tell();
        return bytes.byteLength;
      },
      truncate: async (size) => {
        if (held.length === 0 && !holds()) return file.truncate(size);
        held.push({ kind: 'truncate', size });
      },
      syncData: async () => {
        const due = held;
        held = [];
        tell();
        for (const change of due) {
          if (change.kind === 'truncate') await file.truncate(change.size);
          else await writeFully(file, change.bytes, change.offset);
        }
        await file.syncData();
      },
      close: () => file.close(),
    };
  };
  return {
    makeFolder: (path) => inner.makeFolder(path),
    list: (folder) => inner.list(folder),
    read: (path) => inner.read(path),
    open: async (path) => holding(path, await inner.open(path)),
    create: async (path) => holding(path, await inner.create(path)),
    link: (path, newPath) => inner.link(path, newPath),
    rename: (path, newPath) => inner.rename(path, newPath),
    remove: (path) => inner.remove(path),
    syncFolder: (path) => inner.syncFolder(path),
  };
}

function bytesOf(change: HeldChange): number {
  return change.kind === 'write' ? change.bytes.byteLength : 0;
}
