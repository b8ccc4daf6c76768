import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { LabError } from '../lab-error.js';
import { portBlock, portOwners } from './port-block.js';
import { storeLinks } from './store-links.js';

const host = '127.0.0.1';
/** Below the range from which Linux (32768) and macOS (49152) hand out ports for outgoing connections. */
const freeRange = { lowest: 12_000, highest: 32_000 } as const;
const attemptsMax = 200;

/** Whether a listener could be opened on `port` right now; another process may still take it afterwards. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EADDRINUSE' || error.code === 'EACCES') resolve(false);
      else reject(error);
    });
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

async function takenPorts(basePort: number, faults: boolean): Promise<readonly { port: number; owner: string }[]> {
  const links = faults ? storeLinks(basePort).map(({ port, from, to }) => ({ port, owner: `the link from ${from} to ${to}` })) : [];
  const owners = [...portOwners(portBlock(basePort)), ...links];
  const free = await Promise.all(owners.map(({ port }) => isPortFree(port)));
  return owners.filter((_, offset) => free[offset] === false);
}

/** A block of ports that are all free at this moment, chosen at random so that stores started side by side rarely meet. `faults`: with its links. */
export async function findFreeBasePort({ faults = false }: { faults?: boolean } = {}): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const basePort = randomInt(freeRange.lowest, freeRange.highest);
    if ((await takenPorts(basePort, faults)).length === 0) return basePort;
  }
  throw new LabError('port-taken', `No free block of ports found in ${attemptsMax} attempts between ${freeRange.lowest} and ${freeRange.highest}.`);
}

/** Resolves when all ports of the block are free; otherwise names those that are not, and the way out. */
export async function requireFreePorts(basePort: number, { faults = false }: { faults?: boolean } = {}): Promise<void> {
  const taken = await takenPorts(basePort, faults);
  if (taken.length === 0) return;
  const list = taken.map(({ port, owner }) => `port ${port} (for ${owner})`).join(', ');
  throw new LabError(
    'port-taken',
    `Taken by another process: ${list}. Nothing was started. Choose another block with --port, for example: npm start -- --port ${suggestBase(basePort)}`,
  );
}

function suggestBase(basePort: number): number {
  return basePort === 9000 ? 9500 : 9000;
}
