import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { earlyBytesMax, LinkConnection } from './link-connection.js';
import type { LinkFate } from './link-table.js';

const host = '127.0.0.1';
const whole: LinkFate = { refused: false, forwardHeld: false, backHeld: false };
const cut: LinkFate = { refused: false, forwardHeld: true, backHeld: true };
/** One read of the system, the most by which a limit on bytes is overshot. */
const readBytesMax = 64 * 1024;
const flood = Buffer.alloc(32 * 1024 * 1024, 'x');

/** What the lab accepts from openers, and where they want to get. */
let lab: Server;
let target: Server;
let received: number;
const sockets: Socket[] = [];

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

beforeEach(async () => {
  received = 0;
  lab = createServer({ allowHalfOpen: true });
  target = createServer((socket) => {
    sockets.push(socket);
    socket.on('error', () => undefined).on('data', (bytes) => (received += bytes.length));
  });
  await Promise.all([lab, target].map((server) => once(server.listen({ port: 0, host }), 'listening')));
});

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all([lab, target].map((server) => new Promise((resolve) => server.close(resolve))));
});

async function openThrough(
  fate: LinkFate,
  dial = (): Socket => connect({ port: portOf(target), host, allowHalfOpen: true }),
): Promise<{ sender: Socket; opener: Socket; connection: LinkConnection }> {
  const sender = connect({ port: portOf(lab), host });
  sender.on('error', () => undefined);
  const [opener] = (await once(lab, 'connection')) as [Socket];
  sockets.push(sender, opener);
  return { sender, opener, connection: new LinkConnection(opener, { fate, dial, onClosed: () => undefined }) };
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

/** Many turns of the event loop: whatever is still being read has been read. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe('a held connection', () => {
  it('takes in a bounded number of bytes ahead of a connection that is not there yet, and delivers everything in the end', async () => {
    const { sender, opener, connection } = await openThrough(cut);

    sender.write(flood);
    await until(() => opener.bytesRead >= earlyBytesMax);
    await turns();
    expect(opener.bytesRead).toBeLessThanOrEqual(earlyBytesMax + 2 * readBytesMax);

    connection.apply(whole);
    await until(() => received === flood.length);
  });

  it('takes in a bounded number of bytes on a connection that was open, and delivers everything in the end', async () => {
    const { sender, opener, connection } = await openThrough(whole);
    sender.write('first');
    await until(() => received === 5);

    connection.apply(cut);
    sender.write(flood);
    await until(() => opener.bytesRead >= opener.readableHighWaterMark);
    await turns();
    expect(opener.bytesRead).toBeLessThanOrEqual(opener.readableHighWaterMark + 2 * readBytesMax);
    expect(received).toBe(5);

    connection.apply(whole);
    await until(() => received === 5 + flood.length);
  });
});

describe('a connection that is reset', () => {
  it('gives up an attempt to connect that would never end', async () => {
    const attempt = connect({ host: 'nowhere.invalid', port: 1, lookup: () => undefined });
    sockets.push(attempt);
    const { opener, connection } = await openThrough(whole, () => attempt);
    expect(attempt.connecting).toBe(true);

    connection.reset();

    expect([opener.destroyed, attempt.destroyed]).toEqual([true, true]);
  });
});
