import { describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LabCommand } from '../control/lab-command.js';
import { labProgram } from './program.js';

/** Runs one command line against a lab that always gives `answer`. */
async function run(args: readonly string[], answer: unknown = {}) {
  const sent: { dataDir: string; command: LabCommand }[] = [];
  const out: string[] = [];
  const started: unknown[] = [];
  let exitCode = 0;
  const program = labProgram({
    send: (dataDir, command) => {
      sent.push({ dataDir, command });
      return Promise.resolve(answer);
    },
    up: (options) => Promise.resolve(void started.push(options)),
    stdout: (text) => out.push(text),
    stderr: () => undefined,
    exitCode: (code) => (exitCode = code),
  });
  for (const command of [program, ...program.commands]) command.configureOutput({ writeErr: () => undefined });
  await program.parseAsync(['node', 'lab', ...args]);
  return { sent, started, out, exitCode };
}

const report = { ok: true, orders: 0, replicas: [], products: [], violations: [] };

describe('lab command line', () => {
  it.each<[readonly string[], LabCommand]>([
    [['status'], { kind: 'status' }],
    [['kill', 'leader'], { kind: 'kill', name: 'leader', signal: 'SIGKILL' }],
    [['kill', 'order-2', '--signal', 'TERM'], { kind: 'kill', name: 'order-2', signal: 'SIGTERM' }],
    [['explain', 'tux'], { kind: 'explain', product: 'tux' }],
    [['start', 'order-2'], { kind: 'start', name: 'order-2' }],
    [['pause', 'order-2'], { kind: 'pause', name: 'order-2' }],
    [['resume', 'order-2'], { kind: 'resume', name: 'order-2' }],
    [['cut', 'leader', 'order-2'], { kind: 'cut', a: 'leader', b: 'order-2', oneWay: false, refuse: false }],
    [
      ['cut', 'catalog', 'frontend', '--one-way', '--refuse'],
      { kind: 'cut', a: 'catalog', b: 'frontend', oneWay: true, refuse: true },
    ],
    [['heal'], { kind: 'heal' }],
    [['heal', 'order-1', 'order-2'], { kind: 'heal', pair: { a: 'order-1', b: 'order-2' } }],
    [['down'], { kind: 'down' }],
  ])('%j asks the lab of the given data folder', async (args, command) => {
    const { sent } = await run([...args, '--data-dir', '/some/where', '--json'], {
      leader: null,
      services: [],
      cut: [],
    });

    expect(sent).toEqual([{ dataDir: '/some/where', command }]);
  });

  it('prints with --json exactly the document that the lab answered', async () => {
    const { out } = await run(['kill', 'leader', '--json'], { name: 'order-3', pid: 4711 });

    expect(out).toEqual(['{"name":"order-3","pid":4711}']);
  });

  it('tells a person how to bring back what was killed', async () => {
    const { out } = await run(['kill', 'leader'], { name: 'order-3', pid: 4711 });

    expect(out.join()).toMatch(/order-3 \(pid 4711\).*npm run lab -- start order-3/);
  });

  it('says of every frontend what its cache would do, and why', async () => {
    const tux = {
      kind: 'explained',
      wouldServe: 'hit',
      version: '3.41',
      ageMs: 1200,
      leaseRemainingMs: 1700,
      because: 'It is fresh.',
      pastRequests: [
        { outcome: 'hit', because: 'It was fresh.', count: 12, lastAgoMs: 40 },
        { outcome: 'bypass', because: 'No lease was in force.', count: 2, lastAgoMs: 9_000 },
        { outcome: 'miss', because: 'Nothing was held.', count: 1, lastAgoMs: 9_900 },
      ],
    };
    const frontends = [
      { name: 'frontend', ...tux },
      { name: 'frontend-2', kind: 'silent', why: 'it is paused' },
    ];

    const { out } = await run(['explain', 'tux'], { product: 'tux', frontends });

    expect(out.join()).toMatch(
      /frontend: hit, version 3\.41, 1\.2 s old, lease for another 1\.7 s\.\n +It is fresh\.\n(.*\n){3}frontend-2: it is paused/,
    );
    expect(out.join()).toContain(
      '  so far 12 hits, last 0.0 s ago: It was fresh.\n' +
        '  so far 2 bypasses, last 9.0 s ago: No lease was in force.\n' +
        '  so far 1 miss, last 9.9 s ago: Nothing was held.\n',
    );
  });

  it('marks the leader in the table of processes', async () => {
    const row = {
      name: 'order-3',
      kind: 'order',
      pid: 1,
      state: 'running',
      url: 'http://127.0.0.1:8093',
      role: 'leader',
      term: 3,
      lastLogIndex: 41,
      commitIndex: 41,
      appliedIndex: 41,
      orders: 20,
      hash: 'abcdef0123456789',
    };

    const { out } = await run(['status'], { leader: 'order-3', services: [row], cut: [] });

    expect(out.join()).toMatch(/order-3 \*.*running.*leader.*41.*20.*abcdef012345 /);
  });

  it('ends with 1 when verify found a violation', async () => {
    const broken = {
      ...report,
      ok: false,
      violations: [
        { invariant: 'dense-numbers', subject: 'order-2', detail: 'Where order 1 should be it lists order 2.' },
      ],
    };

    const { exitCode, out } = await run(['verify'], broken);

    expect(exitCode).toBe(1);
    expect(out.join()).toContain('Where order 1 should be');
  });

  it('sends the acknowledged orders of every file along', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lab-orders-'));
    const files = ['client-1.csv', 'client-2.csv'].map((name) => join(folder, name));
    files.forEach((file, number) => writeFileSync(file, `number,name,quantity,key\n${number},tux,1,k${number}\n`));

    const { sent, exitCode } = await run(['verify', '--orders', ...files, '--wait', '500'], report);

    rmSync(folder, { recursive: true });
    expect(sent[0]?.command).toMatchObject({
      kind: 'verify',
      restWaitMs: 500,
      acknowledged: [
        { number: 0, key: 'k0' },
        { number: 1, key: 'k1' },
      ],
    });
    expect(exitCode).toBe(0);
  });

  it('shows under the table of processes what is cut, and how to heal it', async () => {
    const cut = [
      { a: 'order-3', b: 'order-2', oneWay: false, refuse: false },
      { a: 'catalog', b: 'frontend', oneWay: true, refuse: true },
    ];

    const { out } = await run(['status'], { leader: null, services: [], cut });

    expect(out.join()).toMatch(
      /order-3 <-> order-2, bytes do not arrive\.\nCut: catalog --> frontend, connections are refused\.\n.*npm run lab -- heal/,
    );
  });

  it.each([
    [['up'], { faults: false, frontends: 1 }],
    [['up', '--faults'], { faults: true, frontends: 1 }],
    [['up', '--frontends', '3'], { faults: false, frontends: 3 }],
  ])('%j starts the store with %j', async (args, extent) => {
    const { started } = await run(args);

    expect(started).toMatchObject([{ port: 8080, ...extent }]);
  });

  it('refuses to heal between one process and nobody, and ends with 2', async () => {
    await expect(run(['heal', 'order-1'])).rejects.toMatchObject({
      code: 'invalid-command',
      exitCode: 2,
      message: expect.stringContaining('heal order-1 <b>'),
    });
  });

  it.each([[['kill']], [['explode']], [['status', '--colour']], [['up', '--port', 'eighty']]])(
    '%j is refused',
    async (args) => {
      await expect(run(args)).rejects.toMatchObject({ name: 'CommanderError' });
    },
  );
});
