import { dirname } from 'node:path';
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
