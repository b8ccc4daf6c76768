import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { errorCodeOf } from '../error-code.js';
import { StoreInUseError } from '../errors.js';
import type { LockHolder } from '../errors.js';
import { writeFully } from '../file-ops.js';
import type { FileOps } from '../file-ops.js';
import { judgeHolder } from './process-table.js';
import type { ProcessIdentity, ProcessTable } from './process-table.js';

export interface FolderLock {
  release(): Promise<void>;
}

export interface FolderLockOptions {
  readonly files: FileOps;
  readonly processes: ProcessTable;
  readonly folder: string;
  /** Lock files are `<name>.lock-1`, `-2`, … */
  readonly name: string;
  /** Told when the lock of a process that died was taken over. */
  readonly onTakeover?: (holder: LockHolder) => void;
}

/** What a lock file says. */
interface LockRecord extends ProcessIdentity {
  readonly since: string;
  readonly released: boolean;
}

/** Each further attempt means that somebody else got further in the meantime. */
const attemptsMax = 100;

/**
 * Takes a folder for this process alone, also from a holder that was killed. Rejects with `StoreInUseError` while the
 * holder lives, also while it is paused.
 *
 * Node has no `flock`, and a single lock file cannot be taken over safely: A and B both see a dead holder, A removes
 * its file and makes its own, then B removes *A's*. So each holder makes a file with the next higher number: `link`
 * gives that number to exactly one process, and only the highest number counts. A released lock stays as a file that
 * says so, because the numbers must never start again: C, who judged number 5 dead and then slept, could otherwise
 * take number 6 after 6 was taken and released, and 1 taken by somebody else.
 * Whoever has made its file looks again, since the file that it judged may by then have been replaced by higher ones
 * and removed; whoever then sees a higher number withdraws.
 */
export async function takeFolderLock(options: FolderLockOptions): Promise<FolderLock> {
  const { files, folder, name } = options;
  for (let attempt = 0; attempt < attemptsMax; attempt++) {
    const seen = await lockNumbers(options);
    const highest = Math.max(0, ...seen);
    if (highest > 0 && !(await isFree(options, highest))) continue;

    const mine = highest + 1;
    const path = lockPath(options, mine);
    if (!(await makeLock(options, path))) continue;
    const after = await lockNumbers(options);
    if (Math.max(...after) !== mine) {
      await removeIfThere(files, path);
      continue;
    }
    await sweep(options, mine);
    // Made now, so that letting go later needs no space: it must work on a full disk too.
    await removeIfThere(files, releasedPath(options, mine));
    await writeLock(options, releasedPath(options, mine), true);
    return { release: () => release(options, mine) };
  }
  throw new StoreInUseError(
    folder,
    undefined,
    `${attemptsMax} attempts to lock it (${name}) lost against other processes`,
  );
}

function lockPath({ folder, name }: FolderLockOptions, number: number): string {
  return join(folder, `${name}.lock-${number}`);
}

function releasedPath(options: FolderLockOptions, number: number): string {
  return `${lockPath(options, number)}.released`;
}

async function lockNumbers({ files, folder, name }: FolderLockOptions): Promise<number[]> {
  const prefix = `${name}.lock-`;
  return (await files.list(folder))
    .filter((file) => file.startsWith(prefix) && /^[1-9]\d*$/.test(file.slice(prefix.length)))
    .map((file) => Number(file.slice(prefix.length)));
}

/** Removes what earlier holders left. A process that is asking at this moment loses its temporary file, and retries. */
async function sweep(options: FolderLockOptions, mine: number): Promise<void> {
  const prefix = `${options.name}.lock-`;
  for (const file of await options.files.list(options.folder)) {
    if (!file.startsWith(prefix)) continue;
    const isOlder = Number.parseInt(file.slice(prefix.length), 10) < mine;
    if (isOlder || file.endsWith('.tmp')) await removeIfThere(options.files, join(options.folder, file));
  }
}

/** Resolves false when the file went away in between, so that one must look again. */
async function isFree(options: FolderLockOptions, number: number): Promise<boolean> {
  const path = lockPath(options, number);
  let text: string;
  try {
    text = (await options.files.read(path)).toString('utf8');
  } catch (error) {
    if (errorCodeOf(error) === 'ENOENT') return false;
    throw error;
  }
  const record = parseLock(text);
  if (record === undefined) {
    throw new StoreInUseError(
      options.folder,
      undefined,
      `${path} cannot be read as a lock; remove it if no process uses the folder`,
    );
  }
  if (record.released) return true;
  const verdict = judgeHolder(record, options.processes);
  if (verdict === 'dead') {
    options.onTakeover?.(record);
    return true;
  }
  const holder = { pid: record.pid, host: record.host, since: record.since };
  const where =
    verdict === 'elsewhere'
      ? ` on host ${record.host}, which cannot be asked from here; remove ${path} if it is gone`
      : '';
  throw new StoreInUseError(options.folder, holder, `process ${record.pid}${where} holds it since ${record.since}`);
}

/** Complete and synced before it gets its name, so that nobody ever reads half a lock. */
async function makeLock(options: FolderLockOptions, path: string): Promise<boolean> {
  const temporary = `${path}.${randomUUID()}.tmp`;
  await writeLock(options, temporary, false);
  try {
    await options.files.link(temporary, path);
  } catch (error) {
    // ENOENT: the holder of the folder has swept our temporary file away.
    if (errorCodeOf(error) === 'EEXIST' || errorCodeOf(error) === 'ENOENT') return false;
    throw error;
  } finally {
    await removeIfThere(options.files, temporary);
  }
  return true;
}

async function writeLock({ files, processes }: FolderLockOptions, path: string, released: boolean): Promise<void> {
  const record: LockRecord = { ...processes.self(), since: new Date().toISOString(), released };
  const bytes = Buffer.from(`${JSON.stringify(record)}\n`);
  const file = await files.create(path);
  try {
    await writeFully(file, bytes, 0);
    await file.syncData();
  } finally {
    await file.close();
  }
}

async function release(options: FolderLockOptions, number: number): Promise<void> {
  try {
    await options.files.rename(releasedPath(options, number), lockPath(options, number));
  } catch (error) {
    // The folder itself was removed: there is nothing left to hold.
    if (errorCodeOf(error) !== 'ENOENT') throw error;
  }
}

function parseLock(text: string): LockRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { pid, host, started, boot, since, released } = value as Record<string, unknown>;
  if (typeof pid !== 'number' || typeof host !== 'string' || typeof since !== 'string') return undefined;
  return {
    pid,
    host,
    since,
    released: released === true,
    started: typeof started === 'string' ? started : undefined,
    boot: typeof boot === 'string' ? boot : undefined,
  };
}

async function removeIfThere(files: FileOps, path: string): Promise<void> {
  try {
    await files.remove(path);
  } catch (error) {
    if (errorCodeOf(error) !== 'ENOENT') throw error;
  }
}
