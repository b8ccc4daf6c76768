import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { findFreeBasePort, requireFreePorts } from './free-ports.js';

let occupant: Server | undefined;

afterEach(async () => {
  if (occupant !== undefined) await new Promise((resolve) => occupant?.close(resolve));
  occupant = undefined;
});

async function occupy(port: number): Promise<void> {
  occupant = createServer().listen({ port, host: '127.0.0.1' });
  await once(occupant, 'listening');
}

describe('requireFreePorts', () => {
  it('names the taken port, the process it is for and the option that moves the store', async () => {
    const basePort = await findFreeBasePort();
    await occupy(basePort + 12);

    const check = requireFreePorts(basePort);

    await expect(check).rejects.toThrow(new RegExp(`port ${basePort + 12} \\(for order-2\\).*--port`));
  });

  it('accepts a block of which every port is free', async () => {
    await expect(requireFreePorts(await findFreeBasePort())).resolves.toBeUndefined();
  });
});
