import { StorageFailedError } from './errors.js';
import type { FileOps, WritableFile } from './file-ops.js';

/** The same file operations; what the operating system refuses becomes a `StorageFailedError` that says what it was. */
export function withStorageErrors(inner: FileOps): FileOps {
  return {
    makeFolder: (path) => explain('make the folder', path, inner.makeFolder(path)),
    list: (folder) => explain('list the folder', folder, inner.list(folder)),
    read: (path) => explain('read', path, inner.read(path)),
    open: async (path) => explainFile(path, await explain('open', path, inner.open(path))),
    create: async (path) => explainFile(path, await explain('create', path, inner.create(path))),
    link: (path, newPath) => explain(`link ${path}`, newPath, inner.link(path, newPath)),
    rename: (path, newPath) => explain(`rename ${path}`, newPath, inner.rename(path, newPath)),
    remove: (path) => explain('remove', path, inner.remove(path)),
    syncFolder: (path) => explain('sync the folder', path, inner.syncFolder(path), { duringSync: true }),
  };
}

function explainFile(path: string, file: WritableFile): WritableFile {
  return {
    write: (bytes, offset) =>
      explain(`write ${bytes.byteLength} bytes at offset ${offset}`, path, file.write(bytes, offset)),
    truncate: (bytes) => explain(`cut to ${bytes} bytes`, path, file.truncate(bytes)),
    syncData: () => explain('sync', path, file.syncData(), { duringSync: true }),
    close: () => explain('close', path, file.close()),
  };
}

async function explain<T>(
  operation: string,
  path: string,
  done: Promise<T>,
  kind: { readonly duringSync?: boolean } = {},
): Promise<T> {
  try {
    return await done;
  } catch (cause) {
    throw cause instanceof StorageFailedError ? cause : new StorageFailedError(operation, path, { cause, ...kind });
  }
}
