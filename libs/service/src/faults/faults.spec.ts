import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { FaultClient, type Fault, UndiciTransport } from '@toystore/contracts';

import { HmacAuthenticator } from '../auth/hmac-authenticator.js';
import { createServiceApp } from '../http/service-app.js';
import { createJsonLogger } from '../log/json-logger.js';
import { CollectingSink } from '../testing/collecting-sink.js';
import { portOf, TinyInternalModule } from '../testing/tiny-store.js';

import type { DiskFaults } from './disk-faults.js';
import { FaultBoard } from './fault-board.js';
import { FaultsModule } from './faults.module.js';

const secret = 'a cluster secret of at least thirty-two characters';

class NotedDisk implements DiskFaults {
  readonly done: string[] = [];
  readonly counts = { refusedWrites: 1, failedSyncs: 2, delayedSyncs: 3, unsyncedBytes: 4 };
  fill(bytes: number): void {
    this.done.push(`full after ${bytes}`);
  }
  failSyncs(): void {
    this.done.push('syncs fail');
  }
  slowSyncs(ms: number): void {
    this.done.push(`syncs take ${ms}`);
  }
  loseUnsynced(): void {
    this.done.push('unsynced is lost');
  }
  clear(): void {
    this.done.push('clear');
  }
}

describe('a process with fault injection', () => {
  const sink = new CollectingSink();
  const logger = createJsonLogger({ level: 'info', worker: 'order-1', sink });
  let disk: NotedDisk;
  let board: FaultBoard;
  let died: string[];
  let blockedMs: number[];
  let app: NestFastifyApplication;
  let transport: UndiciTransport;
  let client: FaultClient;

  beforeEach(async () => {
    disk = new NotedDisk();
    died = [];
    blockedMs = [];
    board = new FaultBoard({
      points: ['before-send', 'before-reply'],
      disk,
      logger,
      kill: () => died.push(sink.lines.at(-1) ?? ''),
      block: (ms) => blockedMs.push(ms),
    });
    class Root {}
    const auth = new HmacAuthenticator({ self: 'order-1', secret });
    const lab = new HmacAuthenticator({ self: 'lab', secret });
    const imports = [TinyInternalModule, FaultsModule.forRoot(board)];
    app = await createServiceApp({ module: Root, imports }, { kind: 'internal', auth, logger });
    await app.listen(0, '127.0.0.1');
    const baseUrl = `http://127.0.0.1:${portOf(app)}`;
    transport = new UndiciTransport({ baseUrl, receiver: 'order-1', connections: 1, sign: (call) => lab.sign(call) });
    client = new FaultClient(transport);
  });
  afterEach(async () => {
    await transport.close();
    await app.close();
  });

  it('kills itself at the passage it was told, and nowhere else, after its last line has left', async () => {
    await client.arm({ kind: 'kill', at: 'before-send', hit: 2 });

    board.pass('before-reply');
    expect(board.isNext('before-send')).toBe(false);
    board.pass('before-send');
    expect([died.length, board.isNext('before-send')]).toEqual([0, true]);
    board.pass('before-send', 'entry 7');

    expect(died).toEqual([expect.stringContaining('FAULT killed at before-send: entry 7')]);
    board.pass('before-send');
    expect(died).toHaveLength(1);
    expect(board.report().passages).toEqual([
      { point: 'before-send', count: 3 },
      { point: 'before-reply', count: 1 },
    ]);
  });

  it.each<[Fault, string]>([
    [{ kind: 'disk-full', bytes: 9 }, 'full after 9'],
    [{ kind: 'sync-error' }, 'syncs fail'],
    [{ kind: 'slow-sync', ms: 30 }, 'syncs take 30'],
    [{ kind: 'lose-unsynced' }, 'unsynced is lost'],
  ])('passes %j on to its disk until it is cleared, and reports it', async (fault, what) => {
    const armed = await client.arm(fault);
    const cleared = await client.clear();

    expect(disk.done).toEqual([what, 'clear']);
    expect(armed).toMatchObject({ kind: 'report', report: { armed: [fault], unsyncedBytes: 4, refusedWrites: 1 } });
    expect(cleared).toMatchObject({ kind: 'report', report: { armed: [] } });
  });

  it('blocks its event loop once, after it has answered', async () => {
    const answer = await client.arm({ kind: 'block', ms: 5_000 });

    expect(answer).toMatchObject({ kind: 'report', report: { blocks: 0 } });
    while (board.report().blocks === 0) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(blockedMs).toEqual([5_000]);
    expect(await client.report()).toMatchObject({ report: { armed: [], blocks: 1 } });
  });

  it('forgets a kill that was cleared', async () => {
    await client.arm({ kind: 'kill', at: 'before-reply', hit: 1 });
    await client.clear();

    board.pass('before-reply');

    expect(died).toEqual([]);
  });

  it('refuses a point that it does not pass, and says which it does', async () => {
    expect(await client.arm({ kind: 'kill', at: 'after-debit-answer', hit: 1 })).toEqual({
      kind: 'refused',
      detail: expect.stringContaining('it has only before-send, before-reply'),
    });
    expect(board.report().armed).toEqual([]);
  });

  it('takes orders from nobody without a signature', async () => {
    const answer = await fetch(`http://127.0.0.1:${portOf(app)}/faults`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ kind: 'sync-error' }),
    });

    expect(answer.status).toBe(401);
    expect(disk.done).toEqual([]);
  });
});

describe('a process without fault injection', () => {
  it('has no such route, and its client says so', async () => {
    const logger = createJsonLogger({ level: 'silent', worker: 'order-1' });
    const app = await createServiceApp(TinyInternalModule, { kind: 'internal', auth: 'none', logger });
    await app.listen(0, '127.0.0.1');
    const transport = new UndiciTransport({
      baseUrl: `http://127.0.0.1:${portOf(app)}`,
      receiver: 'x',
      connections: 1,
    });

    const answer = await new FaultClient(transport).arm({ kind: 'sync-error' });

    expect(answer).toEqual({ kind: 'not_injectable' });
    await transport.close();
    await app.close();
  });
});
