import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { isPortFree } from '../topology/free-ports.js';
import type { LinkFate } from './link-table.js';
import { LinkProxy } from './link-proxy.js';
import { TargetPort } from './target-port.js';

// Conditions are waited for; the limit is for a broken proxy, not for a slow machine.
jest.setTimeout(60_000);

const host = '127.0.0.1';
const whole: LinkFate = { refused: false, forwardHeld: false, backHeld: false };
const cutBoth: LinkFate = { ...whole, forwardHeld: true, backHeld: true };

let answering: Server;
let atTarget: Socket[];
let target: TargetPort;
let proxy: LinkProxy;
const opened: Socket[] = [];

async function until(what: string, condition: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await condition())) {
    if (performance.now() > deadline) throw new Error(`Waited in vain until ${what}.`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** A listener that echoes what it gets, on a port of the system's choice or the given one. */
async function listen(port = 0): Promise<number> {
  answering = createServer({ allowHalfOpen: false }, (socket) => {
    atTarget.push(socket);
    socket.on('error', () => undefined).on('data', (bytes) => void socket.write(`<${bytes.toString()}>`));
  });
  await once(answering.listen({ port, host }), 'listening');
  return (answering.address() as AddressInfo).port;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await once(server.listen({ port: 0, host }), 'listening');
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A caller's end, with everything that arrives there. */
async function call(): Promise<{
  socket: Socket;
  got: () => string;
  ended: () => boolean;
  failed: () => string | undefined;
}> {
  const socket = connect({ port: proxy.link.port, host });
  opened.push(socket);
  let text = '';
  let code: string | undefined;
  socket
    .on('data', (bytes) => (text += bytes.toString()))
    .on('error', (error: NodeJS.ErrnoException) => (code = error.code));
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  return { socket, got: () => text, ended: () => socket.readableEnded, failed: () => code };
}

/** One exchange on a fresh connection: all that was sent before on other connections has then been seen by the proxy, too. */
async function roundTrip(text = 'x'): Promise<Awaited<ReturnType<typeof call>>> {
  const caller = await call();
  caller.socket.write(text);
  await until(`'${text}' is answered`, () => caller.got().includes(`<${text}>`));
  return caller;
}

/** Whole exchanges past the proxy, in the same event loop: what was sent before them and is not held has arrived by their end. */
async function loopsPass(): Promise<void> {
  for (let turn = 0; turn < 5; turn += 1) {
    const socket = connect({ port: target.port, host });
    const answered = once(socket, 'data');
    socket.write('!');
    await answered;
    socket.destroy();
    await once(socket, 'close');
  }
}

const receivedAtTarget = (): number => atTarget.reduce((sum, socket) => sum + socket.bytesRead, 0);

async function refused(): Promise<boolean> {
  const { socket, failed } = await call();
  socket.destroy();
  return failed() === 'ECONNREFUSED';
}

beforeEach(async () => {
  atTarget = [];
  const targetPort = await listen();
  target = new TargetPort(targetPort);
  proxy = new LinkProxy(
    { from: 'a', to: 'b', port: await freePort(), targetPort },
    { target, onTrouble: () => undefined },
  );
  target.watch();
  await until('the link is open', async () => !(await refused()));
  await until('the lab keeps nothing of that', () => proxy.connectionCount === 0);
});

afterEach(async () => {
  target.close();
  await proxy.close();
  for (const socket of [...opened.splice(0), ...atTarget]) socket.destroy();
  await new Promise((resolve) => answering.close(resolve));
});

describe('a whole link', () => {
  it('carries bytes both ways', async () => {
    const caller = await roundTrip('hello');

    expect(caller.got()).toBe('<hello>');
  });

  it('passes the end of a connection on, in both directions', async () => {
    const [first, second] = [await roundTrip('first'), await roundTrip('second')];

    first.socket.end();
    atTarget.at(-1)?.end();

    await until('both ends are closed', () => first.ended() && second.ended());
    await until('the lab keeps nothing', () => proxy.connectionCount === 0);
  });

  it('passes a reset on', async () => {
    const caller = await roundTrip();

    atTarget.at(-1)?.resetAndDestroy();

    await until('the caller is reset', () => caller.failed() === 'ECONNRESET');
  });

  it('refuses while nobody listens behind it, and accepts again afterwards', async () => {
    const { port } = answering.address() as AddressInfo;
    await new Promise((resolve) => {
      answering.close(resolve);
      for (const socket of atTarget) socket.destroy();
    });

    await until('callers are refused', refused);
    expect(await isPortFree(proxy.link.port)).toBe(true);

    await listen(port);
    await until('callers are accepted', async () => !(await refused()));
    expect((await roundTrip('back')).got()).toBe('<back>');
  });
});

describe('a link that is cut', () => {
  it('holds what is sent on an open connection in both directions, and delivers it when it is healed', async () => {
    const caller = await roundTrip('before');
    const served = atTarget.at(-1);

    await proxy.apply(cutBoth);
    caller.socket.write('after');
    served?.write('unasked');
    await loopsPass();
    expect([caller.got(), served?.bytesRead]).toEqual(['<before>', 'before'.length]);

    await proxy.apply(whole);
    await until('everything has arrived', () => caller.got() === '<before>unasked<after>');
  });

  it('accepts a new connection and never answers it, even when nobody listens behind it', async () => {
    await new Promise((resolve) => {
      answering.close(resolve);
      for (const socket of atTarget) socket.destroy();
    });
    await until('callers are refused', refused);

    await proxy.apply(cutBoth);
    const caller = await call();
    caller.socket.write('anyone?');

    await until('the lab holds it', () => proxy.connectionCount === 1);
    expect([caller.failed(), caller.ended(), caller.got()]).toEqual([undefined, false, '']);

    await proxy.apply(whole);
    await until('the caller learns that nobody is there', () => caller.failed() === 'ECONNRESET');
    await until('callers are refused again', refused);
  });

  it('delivers a held connection attempt late, but never one that was given up meanwhile', async () => {
    await proxy.apply(cutBoth);
    const [patient, impatient] = [await call(), await call()];
    patient.socket.write('patient');
    impatient.socket.write('impatient');
    impatient.socket.destroy();
    await until('the lab has forgotten the one that hung up', () => proxy.connectionCount === 1);
    const connectionsBefore = atTarget.length;

    await proxy.apply(whole);

    await until('the patient one is answered', () => patient.got() === '<patient>');
    expect(atTarget.length - connectionsBefore).toBe(1);
  });

  it('keeps a held end and a held reset back as well', async () => {
    const [ending, resetting] = [await roundTrip('ending'), await roundTrip('resetting')];
    const [endingServed, resettingServed] = atTarget.slice(-2);

    await proxy.apply(cutBoth);
    endingServed?.end();
    resettingServed?.resetAndDestroy();
    await until(
      'both are gone at the target',
      () => endingServed?.writableFinished === true && resettingServed?.destroyed === true,
    );
    await loopsPass();
    expect([ending.ended(), ending.failed(), resetting.ended(), resetting.failed()]).toEqual([
      false,
      undefined,
      false,
      undefined,
    ]);

    await proxy.apply(whole);
    await until('the callers learn of it', () => ending.ended() && resetting.failed() === 'ECONNRESET');
  });
});

describe('a link that is cut one way', () => {
  it("loses the opener's bytes while the other side's still arrive", async () => {
    const caller = await roundTrip('before');
    const served = atTarget.at(-1);

    await proxy.apply({ ...whole, forwardHeld: true });
    caller.socket.write('lost');
    served?.write('news');

    await until('the news arrives', () => caller.got() === '<before>news');
    await loopsPass();
    expect(served?.bytesRead).toBe('before'.length);
  });

  it('carries out a request whose answer is lost, also on a new connection', async () => {
    const before = await roundTrip('before');
    await proxy.apply({ ...whole, backHeld: true });
    const later = await call();
    const readBefore = receivedAtTarget();

    before.socket.write('one');
    later.socket.write('two');

    await until('both requests arrive', () => receivedAtTarget() - readBefore === 6);
    await loopsPass();
    expect([before.got(), later.got()]).toEqual(['<before>', '']);
    await proxy.apply(whole);
    await until('both answers arrive', () => before.got() === '<before><one>' && later.got() === '<two>');
  });

  it('keeps nothing of a caller that has hung up without its answer', async () => {
    await proxy.apply({ ...whole, backHeld: true });
    const caller = await call();
    caller.socket.write('hello');
    await until('the request arrives', () => atTarget.at(-1)?.bytesRead === 5);

    caller.socket.destroy();

    await until('the lab has forgotten the connection', () => proxy.connectionCount === 0);
  });
});

describe('a link that refuses', () => {
  it('resets open connections, refuses new ones and accepts again when it is healed', async () => {
    const caller = await roundTrip();
    const [served] = atTarget.slice(-1);

    await proxy.apply({ ...whole, refused: true });

    await until('both ends are reset', () => caller.failed() === 'ECONNRESET' && served?.destroyed === true);
    expect(await refused()).toBe(true);
    await proxy.apply(whole);
    expect((await roundTrip('again')).got()).toBe('<again>');
  });

  it('resets what was held before', async () => {
    await proxy.apply(cutBoth);
    const caller = await call();
    await until('the lab holds it', () => proxy.connectionCount === 1);

    await proxy.apply({ ...whole, refused: true });

    await until('it is reset', () => caller.failed() === 'ECONNRESET');
  });
});

describe('a link whose port is taken', () => {
  it('says so, and opens when the port is free again', async () => {
    const occupant = createServer();
    await once(occupant.listen({ port: 0, host }), 'listening');
    const troubles: string[] = [];
    const second = new LinkProxy(
      { from: 'a', to: 'b', port: (occupant.address() as AddressInfo).port, targetPort: target.port },
      { target, onTrouble: (message) => troubles.push(message) },
    );

    await second.apply(whole);
    expect(troubles).toEqual([expect.stringMatching(/where a reaches b, cannot be opened \(.*EADDRINUSE/)]);

    await new Promise((resolve) => occupant.close(resolve));
    await second.apply(whole);
    expect(await isPortFree(second.link.port)).toBe(false);
    await second.close();
    expect(await isPortFree(second.link.port)).toBe(true);
  });
});
