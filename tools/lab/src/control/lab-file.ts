import { chmodSync, linkSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What `lab.json` in the data folder says: where the lab that runs this store listens, and the token it wants. */
export interface LabFile {
  readonly pid: number;
  /** The control endpoint on the loopback interface. */
  readonly controlUrl: string;
  readonly token: string;
  /** The store's public address. */
  readonly storeUrl: string;
  readonly startedAt: string;
}

export function labFilePath(dataDir: string): string {
  return join(dataDir, 'lab.json');
}

/** Undefined when there is no such file or it is not one of ours. */
export function readLabFile(dataDir: string): LabFile | undefined {
  let content: string;
  try {
    content = readFileSync(labFilePath(dataDir), 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  return parseLabFile(content);
}

export function parseLabFile(content: string): LabFile | undefined {
  let value: unknown;
  try {
    value = JSON.parse(content);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const { pid, controlUrl, token, storeUrl, startedAt } = (value ?? {}) as Partial<Record<keyof LabFile, unknown>>;
  const known =
    typeof pid === 'number' &&
    typeof controlUrl === 'string' &&
    typeof token === 'string' &&
    typeof storeUrl === 'string' &&
    typeof startedAt === 'string';
  return known ? { pid, controlUrl, token, storeUrl, startedAt } : undefined;
}

/** Puts the file in place, readable by its owner only, unless there is one already; says whether it did. Of several labs at once exactly one does. */
export function claimLabFile(dataDir: string, file: LabFile): boolean {
  mkdirSync(dataDir, { recursive: true });
  const draft = `${labFilePath(dataDir)}.${file.pid}`;
  writeFileSync(draft, `${JSON.stringify(file, null, 2)}\n`, { mode: 0o600 });
  chmodSync(draft, 0o600);
  try {
    // A link, unlike a rename, never replaces a file that another lab has just put there; and nobody sees half of it.
    linkSync(draft, labFilePath(dataDir));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/** Takes the file of a lab that is gone out of the way, but never one that another lab has put there meanwhile. */
export function discardLabFile(dataDir: string, stale: LabFile | undefined): void {
  const aside = `${labFilePath(dataDir)}.stale.${process.pid}`;
  try {
    renameSync(labFilePath(dataDir), aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  const moved = parseLabFile(readFileSync(aside, 'utf8'));
  if (moved?.token === stale?.token) rmSync(aside);
  else renameSync(aside, labFilePath(dataDir));
}
