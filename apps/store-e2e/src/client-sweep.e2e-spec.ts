import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startStoreUnderTest, type StoreUnderTest } from './store-under-test.js';

const client = fileURLToPath(new URL('../../client/dist/main.js', import.meta.url));

describe('the client sweep (5 clients × 20 requests, p from 0 to 1)', () => {
  let under: StoreUnderTest;
  beforeAll(async () => {
    under = await startStoreUnderTest();
  }, 180_000);
  afterAll(() => under?.stop(), 60_000);

  async function sweep(
    seed: number,
    meanwhile: () => Promise<void> = () => Promise.resolve(),
  ): Promise<{ code: number; output: string }> {
    const args = [
      '--clients',
      '5',
      '--requests',
      '20',
      '--prob',
      '0..1:0.2',
      '--url',
      under.store.url,
      '--seed',
      String(seed),
      '--json',
    ];
    const child = spawn(process.execPath, [client, ...args, '--out', `${under.dataDir}/client-${seed}`], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const exited = once(child, 'exit') as Promise<[number]>;
    await meanwhile();
    const [code] = await exited;
    return { code, output };
  }

  it('verifies every order and exits 0', async () => {
    const { code, output } = await sweep(1);

    expect([code, output]).toEqual([0, output]);
    expect((await under.store.verify()).violations).toEqual([]);
  }, 240_000);

  it('verifies every order and exits 0 when the leader is killed in the middle', async () => {
    const { code, output } = await sweep(2, async () => {
      await sleep(300);
      const { name } = await under.store.kill('leader');
      await sleep(1000);
      under.store.start(name);
    });

    expect([code, output]).toEqual([0, output]);
    await under.store.waitUntilReady({ limitMs: 60_000 });
    expect((await under.store.verify()).violations).toEqual([]);
  }, 240_000);
});
