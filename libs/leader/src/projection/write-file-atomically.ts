import { resolve } from 'node:path';
import { nodeFileOps } from '../log-store/node-file-ops.js';
import { replaceFileAgain } from '../log-store/replace-file.js';

/** The last write that was asked for, by path. */
const lastWrites = new Map<string, Promise<void>>();

/**
 * Writes a readable projection of replicated state (a CSV, say) so that whoever reads the file, at any moment and
 * after any crash, sees all of the old content or all of the new.
 *
 * Promise: when it resolves, the new content survives a power failure. Calls for one path are carried out in call
 * order. Non-promise: it is not an append, so its cost grows with the content; and two *processes* must not write one
 * path. While it works, the new content is in `<path>.tmp`.
 * Rejects with the error of the operating system; then the old content is still there.
 */
export function writeFileAtomically(path: string, content: string | Uint8Array): Promise<void> {
  const target = resolve(path);
  const bytes = typeof content === 'string' ? Buffer.from(content, 'utf8') : content;
  const write = (): Promise<void> => replaceFileAgain(nodeFileOps, target, bytes, `${target}.tmp`);
  // A failed write was told to its own caller; the next one tries for itself.
  const mine = (lastWrites.get(target) ?? Promise.resolve()).then(write, write);
  lastWrites.set(target, mine);
  const forget = (): void => {
    if (lastWrites.get(target) === mine) lastWrites.delete(target);
  };
  mine.then(forget, forget);
  return mine;
}
