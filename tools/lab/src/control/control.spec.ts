import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LabError } from '../lab-error.js';
import { isLabAlive, sendCommand } from './control-client.js';
import { ControlServer, type CommandHandler } from './control-server.js';
import { parseLabCommand } from './lab-command.js';
import { claimLabFile, discardLabFile, labFilePath, readLabFile, type LabFile } from './lab-file.js';

let dataDir: string;
const open: ControlServer[] = [];

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'lab-control-'));
});

afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
  rmSync(dataDir, { recursive: true, force: true });
});

async function runLab(handler: CommandHandler, pageOrigins: readonly string[] = []): Promise<LabFile> {
  const server = new ControlServer(handler, { pageOrigins });
  open.push(server);
  const file = {
    pid: process.pid,
    controlUrl: await server.listen(),
    token: server.token,
    storeUrl: 'http://127.0.0.1:8080',
    startedAt: 'now',
  };
  claimLabFile(dataDir, file);
  return file;
}

const answerStatus: CommandHandler = () => Promise.resolve({ leader: null, services: [] });
const goneLab: LabFile = {
  pid: 1,
  controlUrl: 'http://127.0.0.1:1',
  token: 'old',
  storeUrl: 'http://127.0.0.1:8080',
  startedAt: 'then',
};

describe('control endpoint', () => {
  it('carries a command to the lab and its answer back', async () => {
    await runLab((command) => Promise.resolve({ got: command }));

    const answer = await sendCommand(dataDir, { kind: 'kill', name: 'order-1', signal: 'SIGTERM' });

    expect(answer).toEqual({ got: { kind: 'kill', name: 'order-1', signal: 'SIGTERM' } });
  });

  it('brings a refusal back as it was', async () => {
    await runLab(() => Promise.reject(new LabError('already-dead', 'order-1 is already dead.')));

    await expect(sendCommand(dataDir, { kind: 'start', name: 'order-1' })).rejects.toMatchObject({
      code: 'already-dead',
      message: 'order-1 is already dead.',
    });
  });

  it('does nothing for a caller without the token', async () => {
    const calls: unknown[] = [];
    const { controlUrl } = await runLab((command) => Promise.resolve(calls.push(command)));

    const answers = await Promise.all(
      ['', 'Bearer wrong'].map((authorization) =>
        fetch(`${controlUrl}/commands`, { method: 'POST', headers: { authorization }, body: '{"kind":"down"}' }),
      ),
    );

    expect(answers.map(({ status }) => status)).toEqual([401, 401]);
    expect(calls).toEqual([]);
  });

  it('does not wait, when it closes, for a connection on which nothing was ever asked', async () => {
    const { controlUrl } = await runLab(answerStatus);
    const silent = connect(Number(new URL(controlUrl).port), '127.0.0.1');
    await once(silent, 'connect');
    // It has been accepted: a later one has been answered.
    await sendCommand(dataDir, { kind: 'status' });

    await open.splice(0)[0]?.close();

    silent.destroy();
  });

  it('answers what is in progress before it closes', async () => {
    let finish: (answer: unknown) => void = () => undefined;
    let begin: () => void = () => undefined;
    const begun = new Promise<void>((resolve) => (begin = resolve));
    await runLab(() => {
      begin();
      return new Promise((resolve) => (finish = resolve));
    });
    const answer = sendCommand(dataDir, { kind: 'status' });
    await begun;

    const closed = open.splice(0)[0]?.close();
    finish({ leader: 'order-2' });

    expect(await answer).toEqual({ leader: 'order-2' });
    await closed;
  });

  it('takes commands from pages of the store, which the browser asks about beforehand', async () => {
    const origin = 'http://127.0.0.1:8080';
    const { controlUrl, token } = await runLab((command) => Promise.resolve({ got: command }), [origin]);

    const asked = await fetch(`${controlUrl}/commands`, { method: 'OPTIONS', headers: { origin } });
    const answer = await fetch(`${controlUrl}/commands`, {
      method: 'POST',
      headers: { origin, authorization: `Bearer ${token}` },
      body: '{"kind":"pause","name":"order-1"}',
    });

    expect(asked.status).toBe(204);
    for (const { headers } of [asked, answer]) expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(asked.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(await answer.json()).toEqual({ got: { kind: 'pause', name: 'order-1' } });
  });

  it('takes none from pages of other origins, token or not', async () => {
    const calls: unknown[] = [];
    const { controlUrl, token } = await runLab(
      (command) => Promise.resolve(calls.push(command)),
      ['http://127.0.0.1:8080'],
    );

    for (const origin of ['http://127.0.0.1:8081', 'http://127.0.0.1:8080.evil.example', 'null'])
      for (const method of ['OPTIONS', 'POST']) {
        const answer = await fetch(`${controlUrl}/commands`, {
          method,
          headers: { origin, authorization: `Bearer ${token}` },
          ...(method === 'POST' && { body: '{"kind":"down"}' }),
        });
        expect(answer.status).toBe(403);
        expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      }
    expect(calls).toEqual([]);
  });

  it('wants the token from pages of the store as well', async () => {
    const { controlUrl } = await runLab(answerStatus, ['http://127.0.0.1:8080']);

    const answer = await fetch(`${controlUrl}/commands`, {
      method: 'POST',
      headers: { origin: 'http://127.0.0.1:8080' },
      body: '{"kind":"down"}',
    });

    expect(answer.status).toBe(401);
  });

  it.each(['no json', '[]', '{"kind":"explode"}', '{"kind":"kill","name":"","signal":"KILL"}'])(
    'refuses the body %s',
    async (body) => {
      const { controlUrl, token } = await runLab(answerStatus);

      const answer = await fetch(`${controlUrl}/commands`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body,
      });

      expect(answer.status).toBe(409);
    },
  );

  it('says that no store runs when there is no lab file', async () => {
    await expect(sendCommand(dataDir, { kind: 'status' })).rejects.toMatchObject({
      code: 'no-store',
      message: expect.stringContaining(`npm start -- --data-dir ${dataDir}`),
    });
  });

  it('says that no store runs when the lab that wrote the file is gone', async () => {
    claimLabFile(dataDir, goneLab);

    await expect(sendCommand(dataDir, { kind: 'status' })).rejects.toMatchObject({
      code: 'no-store',
      message: expect.stringContaining('pid 1'),
    });
  });
});

describe('isLabAlive', () => {
  it('is true for a lab that answers', async () => {
    expect(await isLabAlive(await runLab(answerStatus))).toBe(true);
  });

  it('is true for a lab that answers with a refusal', async () => {
    expect(await isLabAlive(await runLab(() => Promise.reject(new Error('busy'))))).toBe(true);
  });

  it('is false when nobody listens', async () => {
    expect(await isLabAlive(goneLab)).toBe(false);
  });

  it('is false when another lab has been given the port', async () => {
    const other = await runLab(answerStatus);

    expect(await isLabAlive({ ...other, token: 'of the lab before' })).toBe(false);
  });
});

describe('lab file', () => {
  it('is readable by its owner only', () => {
    claimLabFile(dataDir, goneLab);

    expect(statSync(labFilePath(dataDir)).mode & 0o777).toBe(0o600);
    expect(readLabFile(dataDir)).toEqual(goneLab);
  });

  it('is given to the first of two labs only', () => {
    expect(claimLabFile(dataDir, goneLab)).toBe(true);
    expect(claimLabFile(dataDir, { ...goneLab, token: 'second' })).toBe(false);
    expect(readLabFile(dataDir)?.token).toBe('old');
  });

  it('is cleared away for the lab that is gone, not for one that came meanwhile', () => {
    claimLabFile(dataDir, { ...goneLab, token: 'new' });

    discardLabFile(dataDir, goneLab);
    expect(readLabFile(dataDir)?.token).toBe('new');

    discardLabFile(dataDir, { ...goneLab, token: 'new' });
    expect(readLabFile(dataDir)).toBeUndefined();
  });
});

describe('parseLabCommand', () => {
  it('takes a command with everything that it needs', () => {
    const acknowledged = [{ number: 1, name: 'tux', quantity: 2, source: 'c.csv', key: 'k' }];

    expect(parseLabCommand({ kind: 'verify', restWaitMs: 500, acknowledged })).toEqual({
      kind: 'verify',
      restWaitMs: 500,
      acknowledged,
    });
  });

  it('tells healing one pair from healing everything', () => {
    expect(parseLabCommand({ kind: 'heal' })).toEqual({ kind: 'heal' });
    expect(parseLabCommand({ kind: 'heal', pair: { a: 'order-1', b: 'order-2' } })).toEqual({
      kind: 'heal',
      pair: { a: 'order-1', b: 'order-2' },
    });
  });

  it.each([
    null,
    { kind: 'verify', restWaitMs: -1, acknowledged: [] },
    { kind: 'verify', restWaitMs: 1, acknowledged: 'all' },
    { kind: 'verify', restWaitMs: 1, acknowledged: [{ number: '1' }] },
    { kind: 'pause' },
    { kind: 'explain', product: '' },
    { kind: 'cut', a: 'order-1', b: 'order-2', oneWay: 'yes', refuse: false },
    { kind: 'cut', a: 'order-1', oneWay: true, refuse: false },
    { kind: 'heal', pair: { a: 'order-1' } },
    { kind: 'heal', pair: null },
    { kind: 'kill', name: 'order-1', signal: 'STOP' },
  ])('refuses %j', (command) => {
    expect(() => parseLabCommand(command)).toThrow(expect.objectContaining({ code: 'invalid-command' }));
  });
});
