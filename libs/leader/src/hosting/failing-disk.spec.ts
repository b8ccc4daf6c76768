import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FileLogStore } from '../log-store/file-log-store.js';

const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));
/** Compiling in a loaded machine's child process can take long; nothing here waits for a time, only for its end. */
const patienceMs = 120_000;

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'failing-disk-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

async function run(
  code: string,
): Promise<{ readonly exitCode: number | null; readonly lines: string[]; readonly log: string }> {
  const hooks = here('../log-store/testing/typescript-hooks.mjs');
  const { NODE_OPTIONS: _, ...env } = process.env;
  const args = [
    '-C',
    '@quorumkit/source',
    '--no-warnings',
    '--import',
    hooks,
    here('./testing/failing-disk-process.ts'),
    folder,
    code,
  ];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'], env });
  const [out, log] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { exitCode: child.exitCode, lines: out.split('\n'), log };
}

describe('a real process whose disk refuses a sync of the log', () => {
  it.each(['EIO', 'ENOSPC'])(
    'ends with code 1, says why, acknowledges nothing more and never syncs again (%s)',
    async (code) => {
      const { exitCode, lines, log } = await run(code);

      expect({ exitCode, log }).toMatchObject({
        exitCode: 1,
        log: expect.stringMatching(/cannot keep its promises.*Could not sync in/s),
      });
      expect(lines.filter((line) => line.startsWith('acknowledged'))).toHaveLength(10);
      expect(lines).toContain('failing');
      expect(lines.filter((line) => line.startsWith('afterwards sync'))).toEqual([]);

      const store = new FileLogStore({ dataDir: folder, groupName: 'counter', onFailure: () => undefined });
      const { entries } = await store.open();
      await store.close();
      expect(entries.filter(({ kind }) => kind === 'command').length).toBeGreaterThanOrEqual(10);
    },
    patienceMs,
  );
});
