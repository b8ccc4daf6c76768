import { basename, dirname, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { StorageDamagedError } from '../errors.js';
import type { FileOps } from '../file-ops.js';
import { LogFiles } from '../log-files.js';
import { replaceFileAgain } from '../replace-file.js';

/** A damaged log that makes room for a new, empty one of another id. */
export interface SetAside {
  /** Where its files are kept, below the data folder. */
  readonly folder: string;
  /** Of the store that takes its place. */
  readonly storeId: number;
  /** What was wrong with it. */
  readonly why: string;
}

/**
 * Decides that this log is lost, durably and before a single file is moved: half a log could look like a whole, shorter
 * one. Whoever opens the folder after a crash goes on with `moveAside`.
 */
export async function decideSetAside(
  files: FileOps,
  names: LogFiles,
  { storeId, at, damage }: { readonly storeId: number; readonly at: number; readonly damage: StorageDamagedError },
): Promise<SetAside> {
  const time = new Date(at).toISOString().replaceAll(':', '-');
  // Two may have the same time, where the clock was put back; they must not share a folder.
  const folder = `damaged-${names.group}-${time}-${storeId}`;
  const decided = { folder, storeId, why: damage.message };
  const path = names.setAside();
  await replaceFileAgain(files, path, encode(decided), LogFiles.temporary(path));
  return decided;
}

/** Undefined: nothing was decided, or it is done. */
export async function readSetAside(files: FileOps, names: LogFiles): Promise<SetAside | undefined> {
  const path = names.setAside();
  if (!(await files.list(names.folder)).includes(basename(path))) return undefined;
  const decided = decode((await files.read(path)).toString('utf8'));
  if (decided !== undefined) return decided;
  const detail = 'it says that the log beside it is to be set aside, and is damaged itself';
  throw new StorageDamagedError('checksum', path, 0, detail);
}

/** Moves everything but locks; nothing is deleted. May be interrupted and repeated. */
export async function moveAside(files: FileOps, names: LogFiles, { folder }: SetAside): Promise<void> {
  const target = join(names.folder, folder);
  await files.makeFolder(target);
  const kept = new Set(await files.list(target));
  for (const name of (await files.list(names.folder)).filter((each) => names.isLogFile(each))) {
    // What is kept already must not be overwritten: this one belongs to the new log, begun before a crash and empty.
    if (kept.has(name)) await files.remove(names.path(name));
    else await files.rename(names.path(name), join(target, name));
  }
  await files.syncFolder(target);
  await files.syncFolder(names.folder);
}

/** The new log is durable. */
export async function finishSetAside(files: FileOps, names: LogFiles): Promise<void> {
  const path = names.setAside();
  await files.remove(path);
  await files.syncFolder(dirname(path));
}

function encode(decided: SetAside): Buffer {
  const text = JSON.stringify(decided);
  return Buffer.from(`${JSON.stringify({ checksum: crc32(text), decided })}\n`, 'utf8');
}

function decode(text: string): SetAside | undefined {
  try {
    const { checksum, decided } = JSON.parse(text) as { readonly checksum?: unknown; readonly decided?: SetAside };
    return decided !== undefined && checksum === crc32(JSON.stringify(decided)) ? decided : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
