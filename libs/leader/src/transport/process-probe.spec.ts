import { type AddressInfo, type Server, createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { probeProcess } from './process-probe.js';

async function listen(
  onConnection: Parameters<typeof createServer>[1],
): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer(onConnection);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

const patient = { timeoutMs: 10_000, steadyMs: 20, attemptsMax: 3 };

describe('probeProcess', () => {
  it('finds a process that keeps the connection', async () => {
    const { server, url } = await listen((socket) => socket.on('error', () => socket.destroy()));

    expect(await probeProcess(url, patient)).toBe('alive');
    server.close();
  });

  it('takes a refused connection for a process that is gone', async () => {
    const { server, url } = await listen(() => undefined);
    await new Promise((resolve) => server.close(resolve));

    expect(await probeProcess(url, patient)).toBe('gone');
  });

  it('takes connections that are dropped again and again for a proxy without a process behind it', async () => {
    let accepted = 0;
    const { server, url } = await listen((socket) => {
      accepted++;
      socket.destroy();
    });

    expect(await probeProcess(url, { ...patient, steadyMs: 5000 })).toBe('gone');
    expect(accepted).toBe(3);
    server.close();
  });

  it('asks again when a dying process dropped a last connection', async () => {
    let accepted = 0;
    const { server, url } = await listen((socket) => {
      accepted++;
      if (accepted === 1) socket.destroy();
    });

    expect(await probeProcess(url, { ...patient, steadyMs: 200 })).toBe('alive');
    server.close();
  });

  it('says nothing about an address that cannot be asked', async () => {
    expect(await probeProcess('http://name.invalid:80', patient)).toBe('unknown');
  });
});
