import { writeFully } from '../file-ops.js';
import type { FileOps, WritableFile } from '../file-ops.js';

type HeldChange =
  | { readonly kind: 'write'; readonly offset: number; readonly bytes: Uint8Array }
  | { readonly kind: 'truncate'; readonly size: number };

/**
 * File operations that hold every write in the memory of this process until the file is synced, so that `kill -9`
 * loses what was not synced. Without it a killed process loses nothing: its writes are in the kernel's cache.
 * Names (create, rename, remove) take effect at once.
 */
export function loseUnsynced(inner: FileOps): FileOps {
  const holding = (file: WritableFile): WritableFile => {
    let held: HeldChange[] = [];
    return {
      write: async (bytes, offset) => {
        const last = held.at(-1);
        // A file that is overwritten in place and never synced must not fill the memory.
        if (last?.kind === 'write' && last.offset === offset && last.bytes.byteLength === bytes.byteLength) held.pop();
        held.push({ kind: 'write', offset, bytes: Uint8Array.from(bytes) });
        return bytes.byteLength;
      },
      truncate: async (size) => {
        held.push({ kind: 'truncate', size });
      },
      syncData: async () => {
        const due = held;
        held = [];
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
    open: async (path) => holding(await inner.open(path)),
    create: async (path) => holding(await inner.create(path)),
    link: (path, newPath) => inner.link(path, newPath),
    rename: (path, newPath) => inner.rename(path, newPath),
    remove: (path) => inner.remove(path),
    syncFolder: (path) => inner.syncFolder(path),
  };
}
