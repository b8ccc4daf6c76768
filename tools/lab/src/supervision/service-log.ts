import { publicRoutes } from '@toystore/contracts';
import { closeSync, mkdirSync, openSync, readSync, fstatSync } from 'node:fs';
import { join } from 'node:path';

const tailBytesMax = 64 * 1024;

/** Where a process's output goes. */
export function serviceLogPath(dataDir: string): string {
  return join(dataDir, 'service.log');
}

/** Opens the log for appending and says where the new process's output begins. The caller closes the descriptor. */
export function openServiceLog(dataDir: string): { fd: number; offset: number } {
  mkdirSync(dataDir, { recursive: true });
  const fd = openSync(serviceLogPath(dataDir), 'a');
  return { fd, offset: fstatSync(fd).size };
}

/** The last lines that were written at or after `offset`, without those about the lab's own questions; at most 64 KiB are looked at. */
export function lastLogLines(dataDir: string, offset: number, linesMax: number): readonly string[] {
  const fd = openSync(serviceLogPath(dataDir), 'r');
  try {
    const { size } = fstatSync(fd);
    const from = Math.max(offset, size - tailBytesMax);
    const bytes = Buffer.alloc(Math.max(0, size - from));
    const read = readSync(fd, bytes, 0, bytes.length, from);
    return bytes
      .toString('utf8', 0, read)
      .split('\n')
      .filter((line) => line.trim() !== '' && !line.includes(publicRoutes.ready))
      .slice(-linesMax);
  } finally {
    closeSync(fd);
  }
}
