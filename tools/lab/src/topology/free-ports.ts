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

/** What a store needs ports for. */
export interface StoreExtent {
  /** How many frontends. Default 1. */
  readonly frontends?: number;
  /** Whether calls between processes go through links. Default false. */
  readonly faults?: boolean;
}

async function takenPorts(
  basePort: number,
  { frontends = 1, faults = false }: StoreExtent,
): Promise<readonly { port: number; owner: string }[]> {
  const links = faults
    ? storeLinks(basePort, { frontends }).map(({ port, from, to }) => ({
        port,
        owner: `the link from ${from} to ${to}`,
      }))
    : [];
  const owners = [...portOwners(portBlock(basePort, { frontends })), ...links];
  const free = await Promise.all(owners.map(({ port }) => isPortFree(port)));
  return owners.filter((_, offset) => free[offset] === false);
}

/** A block of ports that are all free at this moment, chosen at random so that stores started side by side rarely meet. */
export async function findFreeBasePort(extent: StoreExtent = {}): Promise<number> {
  for (let attempt = 0; attempt < attemptsMax; attempt += 1) {
    const basePort = randomInt(freeRange.lowest, freeRange.highest);
    if ((await takenPorts(basePort, extent)).length === 0) return basePort;
  }
  throw new LabError(
    'port-taken',
    `No free block of ports found in ${attemptsMax} attempts between ${freeRange.lowest} and ${freeRange.highest}.`,
  );
}

/** Resolves when all ports of the block are free; otherwise names those that are not, and the way out. */
export async function requireFreePorts(basePort: number, extent: StoreExtent = {}): Promise<void> {
  const taken = await takenPorts(basePort, extent);
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
