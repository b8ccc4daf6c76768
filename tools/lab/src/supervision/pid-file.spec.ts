import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { forgetPid, leftoversEnded, notePid } from './pid-file.js';

jest.setTimeout(120_000);

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-pid-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe('leftoversEnded', () => {
  it('waits until the noted process is gone', async () => {
    const leftover = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    const exited = once(leftover, 'exit').then(() => 'exited');
    notePid(folder, leftover.pid ?? 0);

    const waiting = leftoversEnded([folder], 60_000).then(() => 'waited');
    leftover.kill('SIGKILL');

    expect(await Promise.all([exited, waiting])).toEqual(['exited', 'waited']);
  });

  it('gives up when its limit is over', async () => {
    notePid(folder, process.pid);

    await expect(leftoversEnded([folder], 0)).resolves.toBeUndefined();
  });

  it('does not wait where nothing is noted', async () => {
    notePid(folder, process.pid);
    forgetPid(folder);

    await expect(leftoversEnded([folder, join(folder, 'never-used')], 60_000)).resolves.toBeUndefined();
  });
});
