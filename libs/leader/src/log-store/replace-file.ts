import { dirname } from 'node:path';
import { errorCodeOf } from './error-code.js';
import { StorageFailedError } from './errors.js';
import { writeFully } from './file-ops.js';
import type { FileOps } from './file-ops.js';

/**
 * Puts a file in place so that at every moment, also in a crash, there is either what was there before or all of the
 * new content. When it resolves, the new content survives a power failure: written under another name, synced,
 * renamed, and the folder synced.
 */
export async function replaceFile(files: FileOps, path: string, bytes: Uint8Array, temporary: string): Promise<void> {
  const file = await files.create(temporary);
  try {
    if (bytes.byteLength > 0) await writeFully(file, bytes, 0);
    await file.syncData();
  } finally {
    await file.close();
  }
  await files.rename(temporary, path);
  await files.syncFolder(dirname(path));
}

/** As `replaceFile`, also after an attempt that failed or was killed: what that one left is removed first. */
export async function replaceFileAgain(
  files: FileOps,
  path: string,
  bytes: Uint8Array,
  temporary: string,
): Promise<void> {
  await removeIfThere(files, temporary);
  try {
    await replaceFile(files, path, bytes, temporary);
  } catch (error) {
    await removeIfThere(files, temporary);
    throw error;
  }
}

async function removeIfThere(files: FileOps, path: string): Promise<void> {
  try {
    await files.remove(path);
  } catch (error) {
    const refused = error instanceof StorageFailedError ? error.cause : error;
    if (errorCodeOf(refused) !== 'ENOENT') throw error;
  }
}
