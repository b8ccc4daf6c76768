import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { OrderAudit } from '@toystore/contracts';
import { MemoryTransport, type PeerAnswer } from '@toystore/contracts/testing';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ServicePeers } from '../observation/service-peers.js';
import { Supervisor } from '../supervision/supervisor.js';
import { storeTopology, type ServiceSpec } from '../topology/store-topology.js';
import { LocalStore } from './local-store.js';
import { runCommand } from './run-command.js';

// Real processes on a machine that may stall for seconds.
jest.setTimeout(120_000);

let folder: string;
let store: LocalStore;
let releases: number;
/** The role that each replica answers with; a replica without one does not answer. */
let roles: Record<string, string | undefined>;

function auditOf(replica: string, role: string): OrderAudit {
  return {
    replica,
    role,
    term: 3,
    leader: null,
    lastLogIndex: 4,
    commitIndex: 4,
    appliedIndex: 4,
    orders: 2,
    openIntents: 0,
    settledThrough: 4,
    hash: 'aa',
    soldDigest: '0000000000000000',
    soldByProduct: [],
  };
}

function answerAs(name: string, path: string): PeerAnswer {
  const role = roles[name];
  if (path === '/leader/status' && name === 'catalog')
    return {
      kind: 'answer',
      status: 200,
      json: { role: 'leader', term: 9, lastLogIndex: 7, commitIndex: 7, appliedIndex: 7, digest: 'cc' },
    };
  return path === '/audit' && role !== undefined
    ? { kind: 'answer', status: 200, json: auditOf(name, role) }
    : { kind: 'stay_silent' };
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lab-store-'));
  const script = join(folder, 'service.mjs');
  writeFileSync(script, 'setInterval(() => {}, 1000);');
  const specs = storeTopology({ basePort: 8080, dataDir: folder, repoRoot: folder }).map((spec): ServiceSpec => ({
    ...spec,
    entry: script,
  }));
  const peers = new ServicePeers(specs, ({ name }) => new MemoryTransport(({ path }) => answerAs(name, path), name));
  const supervisor = new Supervisor({ specs, probe: () => Promise.resolve({ ready: true }) });
  roles = { 'order-1': 'follower', 'order-2': 'follower', 'order-3': 'leader' };
  releases = 0;
  store = new LocalStore({
    urls: ['http://127.0.0.1:8080'],
    pageUrls: ['http://127.0.0.1:8080/lab'],
    supervisor,
    peers,
    release: () => Promise.resolve(void (releases += 1)),
  });
  supervisor.startAll();
});

afterEach(async () => {
  await store.stop();
  rmSync(folder, { recursive: true, force: true });
});

const stateOf = (name: string) => store.services.find((service) => service.name === name)?.state;

describe('LocalStore', () => {
  it('kills whoever leads and shows it as dead, with nothing observed', async () => {
    const { name } = await store.kill('leader');

    expect(name).toBe('order-3');
    expect(stateOf('order-3')).toBe('dead');
    const { leader, services } = await store.status();
    expect(leader).toBeNull();
    expect(services.find((service) => service.name === 'order-3')).toMatchObject({
      state: 'dead',
      pid: null,
      role: null,
      hash: null,
    });
    expect(services.find((service) => service.name === 'order-1')).toMatchObject({
      state: 'running',
      role: 'follower',
      orders: 2,
      hash: 'aa',
    });
  });

  it('pauses whoever leads', async () => {
    expect(await store.pause('leader')).toMatchObject({ name: 'order-3' });
    expect(stateOf('order-3')).toBe('paused');
    store.resume('order-3');
    expect(stateOf('order-3')).toBe('running');
  });

  it('waits for the end of an election before it kills the leader', async () => {
    roles['order-3'] = 'candidate';
    const killing = store.kill('leader');
    roles['order-2'] = 'leader';

    expect(await killing).toMatchObject({ name: 'order-2' });
  });

  it('refuses to kill the leader when nobody comes to lead', async () => {
    roles['order-3'] = 'candidate';

    await expect(store.kill('leader')).rejects.toMatchObject({ code: 'no-leader' });
  });

  it('shows where the catalog’s log stands without giving it a role', async () => {
    const { services } = await store.status();

    expect(services.find(({ kind }) => kind === 'catalog')).toMatchObject({
      role: null,
      term: 9,
      appliedIndex: 7,
      hash: 'cc',
    });
  });

  it('leaves the row of a running process that does not answer empty', async () => {
    roles['order-2'] = undefined;

    const { services } = await store.status();

    expect(services.find(({ name }) => name === 'order-2')).toMatchObject({ state: 'running', role: null, term: null });
  });

  it('stops everything once, gives the data folder back and starts nothing afterwards', async () => {
    await Promise.all([store.stop(), store.stop()]);
    await store.stopped;

    expect(store.services.every(({ state }) => state === 'dead')).toBe(true);
    expect(releases).toBe(1);
    expect(() => store.start('order-1')).toThrow(/being stopped/);
  });
});

describe('stopNow', () => {
  it('ends a process that a graceful stop still waits for', async () => {
    await store.kill('catalog');
    writeFileSync(
      join(folder, 'service.mjs'),
      `process.on('SIGTERM', () => {}); console.log('deaf'); setInterval(() => {}, 1000);`,
    );
    store.start('catalog');
    while (!readFileSync(join(folder, 'catalog', 'service.log'), 'utf8').includes('deaf'))
      await new Promise((resolve) => setTimeout(resolve, 20));
    const stopping = store.stop({ graceMs: 600_000 });

    await store.stopNow();
    await stopping;

    expect(store.services.every(({ state }) => state === 'dead')).toBe(true);
  });
});

describe('a store that was started without faults', () => {
  it.each([
    ['cut', () => store.cut('order-1', 'order-2')],
    ['heal', () => store.heal()],
  ])('refuses %s and says how to start one that can be cut', async (_, command) => {
    await expect(command()).rejects.toMatchObject({
      code: 'not-available',
      exitCode: 2,
      message: expect.stringContaining('npm start -- --faults'),
    });
    expect((await store.status()).cut).toEqual([]);
  });
});

describe('runCommand', () => {
  it('answers kill, start, pause and resume with the name and pid of the process', async () => {
    for (const kind of ['pause', 'resume'] as const) {
      expect(await runCommand(store, { kind, name: 'order-1' })).toEqual({ name: 'order-1', pid: expect.any(Number) });
    }
    expect(await runCommand(store, { kind: 'kill', name: 'order-1', signal: 'SIGKILL' })).toEqual({
      name: 'order-1',
      pid: expect.any(Number),
    });
    expect(await runCommand(store, { kind: 'start', name: 'order-1' })).toEqual({
      name: 'order-1',
      pid: expect.any(Number),
    });
  });

  it('answers down before the store has stopped', async () => {
    expect(await runCommand(store, { kind: 'down' })).toEqual({ pid: process.pid });
    await store.stopped;
    expect(stateOf('catalog')).toBe('dead');
  });
});
