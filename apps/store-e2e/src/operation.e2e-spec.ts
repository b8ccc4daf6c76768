import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { findFreeBasePort } from '@toystore/lab';
import { startStoreUnderTest, until, type StoreUnderTest } from './store-under-test.js';

const pathOf = (path: string): string => fileURLToPath(new URL(`../../../${path}`, import.meta.url));
const lab = pathOf('tools/lab/dist/main.js');

interface Ended {
  code: number;
  stdout: string;
  stderr: string;
}

function run(args: string[], env: Record<string, string> = {}): Promise<Ended> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { env: { ...process.env, ...env }, timeout: 120_000 }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : typeof error.code === 'number' ? error.code : -1, stdout, stderr });
    });
  });
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}

describe('operating the store', () => {
  const folders: string[] = [];
  let under: StoreUnderTest | undefined;
  afterEach(async () => {
    await under?.stop();
    under = undefined;
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
  }, 60_000);

  async function newFolder(): Promise<string> {
    const folder = await mkdtemp(join(tmpdir(), 'toystore-operation-'));
    folders.push(folder);
    return folder;
  }

  it.each(['catalog', 'order', 'frontend'])(
    '%s lists every problem of a bad configuration at once and exits 1',
    async (app) => {
      const env = {
        PORT: 'eighty',
        MEMBERS: 'order-1',
        CATALOG_URL: 'not a url',
        NODE_ID: '',
        DATA_DIR: await newFolder(),
        RESTOCK_INTERVAL_MS: '-1',
        LOG_LEVEL: 'loud',
      };

      const { code, stdout, stderr } = await run([pathOf(`apps/${app}/dist/main.js`)], env);

      expect(code).toBe(1);
      expect(`${stdout}${stderr}`).toContain('PORT');
      expect(`${stdout}${stderr}`).toContain('LOG_LEVEL');
    },
    60_000,
  );

  it('refuses a second store on the same data folder and says why', async () => {
    under = await startStoreUnderTest();
    const port = await findFreeBasePort();

    const { code, stderr, stdout } = await run([lab, 'up', '--data-dir', under.dataDir, '--port', String(port)]);

    expect(code).not.toBe(0);
    expect(`${stdout}${stderr}`).toContain(under.dataDir);
  }, 180_000);

  it('refuses a second service on the same data folder and says who holds it', async () => {
    under = await startStoreUnderTest();
    const order = under.store.services.find(({ name }) => name === 'order-1');
    const port = await findFreeBasePort();

    const env: Record<string, string> = { ...order?.spec.env, PORT: String(port) };
    const asked = await run([order?.spec.entry ?? ''], env);
    // A process whose own address leads to itself finds the folder taken.
    const members = (env['MEMBERS'] ?? '').replace(order?.spec.env['PORT'] ?? '', String(port));
    const moved = await run([order?.spec.entry ?? ''], { ...env, MEMBERS: members });

    expect([asked.code, moved.code]).toEqual([1, 1]);
    expect(`${asked.stdout}${asked.stderr}`).toContain('Member order-1 of group orders runs already');
    expect(`${moved.stdout}${moved.stderr}`).toContain(String(order?.pid));
  }, 180_000);

  it('answers the lab command line with one JSON document', async () => {
    under = await startStoreUnderTest();
    const command = (...args: string[]): Promise<Ended> =>
      run([lab, ...args, '--data-dir', (under as StoreUnderTest).dataDir, '--json']);

    const status = JSON.parse((await command('status')).stdout) as {
      leader: string;
      services: { name: string; kind: string; state: string; pid: number; hash: string }[];
    };
    expect(status.services.map(({ name }) => name).sort()).toEqual([
      'catalog',
      'frontend',
      'order-1',
      'order-2',
      'order-3',
    ]);
    expect(status.services.map(({ state }) => state)).toEqual(Array(5).fill('running'));
    const killed = JSON.parse((await command('kill', 'leader')).stdout) as { name: string; pid: number };
    expect(killed).toEqual({
      name: status.leader,
      pid: status.services.find(({ name }) => name === status.leader)?.pid,
    });
    expect(JSON.parse((await command('start', killed.name)).stdout)).toMatchObject({ name: killed.name });
    expect(JSON.parse((await command('pause', 'catalog')).stdout)).toMatchObject({ name: 'catalog' });
    expect(JSON.parse((await command('resume', 'catalog')).stdout)).toMatchObject({ name: 'catalog' });
    await under.store.waitUntilReady({ limitMs: 60_000 });
    const verify = await command('verify');
    expect([verify.code, JSON.parse(verify.stdout)]).toEqual([
      0,
      expect.objectContaining({ ok: true, orders: 0, violations: [] }),
    ]);
    expect((await command('kill', 'nobody')).code).not.toBe(0);
  }, 240_000);

  it('stops everything on Ctrl-C and leaves no process behind', async () => {
    const dataDir = await newFolder();
    const port = await findFreeBasePort();
    const up = spawn(process.execPath, [lab, 'up', '--data-dir', dataDir, '--port', String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    up.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await until('the address is printed', () => Promise.resolve(output.includes(`http://127.0.0.1:${port}`)), 120_000);
    const { stdout } = await run([lab, 'status', '--data-dir', dataDir, '--json']);
    const pids = (JSON.parse(stdout) as { services: { pid: number }[] }).services.map(({ pid }) => pid);
    const exited = once(up, 'exit') as Promise<[number | null]>;

    up.kill('SIGINT');

    expect((await exited)[0]).toBe(0);
    expect(pids.filter(isAlive)).toEqual([]);
  }, 240_000);

  it('leaves no process behind when the lab itself is killed', async () => {
    const dataDir = await newFolder();
    const port = await findFreeBasePort();
    const up = spawn(process.execPath, [lab, 'up', '--data-dir', dataDir, '--port', String(port)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    up.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await until('the address is printed', () => Promise.resolve(output.includes(`http://127.0.0.1:${port}`)), 120_000);
    const { stdout } = await run([lab, 'status', '--data-dir', dataDir, '--json']);
    const pids = (JSON.parse(stdout) as { services: { pid: number }[] }).services.map(({ pid }) => pid);

    up.kill('SIGKILL');

    await until('all services have ended', () => Promise.resolve(!pids.some(isAlive)));
  }, 240_000);
});
