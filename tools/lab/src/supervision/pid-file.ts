import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const pollMs = 50;

function pidFile(dataDir: string): string {
  return join(dataDir, 'service.pid');
}

/** Writes down which process works on the folder, for a lab that comes after this one was killed. */
export function notePid(dataDir: string, pid: number): void {
  writeFileSync(pidFile(dataDir), `${pid}\n`);
}

export function forgetPid(dataDir: string): void {
  rmSync(pidFile(dataDir), { force: true });
}

/**
 * Waits until the processes that a killed lab left are gone from the folders: their orphan guards are ending them.
 * Gives up without a word after `limitMs`, because the number may by then belong to another program.
 */
export async function leftoversEnded(dataDirs: readonly string[], limitMs: number): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (dataDirs.some(hasLeftover) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, pollMs));
  }
}

function hasLeftover(dataDir: string): boolean {
  try {
    const pid = Number(readFileSync(pidFile(dataDir), 'utf8'));
    return Number.isInteger(pid) && pid > 0 && process.kill(pid, 0);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    // No file, no such process, or one of another user, which this lab cannot have started.
    if (code === 'ENOENT' || code === 'ESRCH' || code === 'EPERM') return false;
    throw error;
  }
}
