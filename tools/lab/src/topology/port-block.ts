import { LabError } from '../lab-error.js';

/** The two listeners of one frontend. */
export interface FrontendPorts {
  /** `frontend` for the first one, `frontend-2` and so on for the others. */
  readonly name: string;
  readonly public: number;
  readonly internal: number;
}

/** The ports of one store, all derived from its base port P. */
export interface PortBlock {
  /** The first one on P and P+1, the others from P+3 on, two ports each. */
  readonly frontends: readonly [FrontendPorts, ...FrontendPorts[]];
  readonly catalog: number;
  readonly orders: readonly [number, number, number];
}

/** What the ports between the catalog's and the order replicas' hold. */
export const frontendsMax = 5;
const highestOffset = 13;

/**
 * Ports of the store whose first frontend listens on `basePort`; refuses a base from which a port would leave 1–65535, and
 * more frontends than there are ports for.
 */
export function portBlock(basePort: number, { frontends = 1 }: { frontends?: number } = {}): PortBlock {
  const highest = 65_535 - highestOffset;
  if (!Number.isInteger(basePort) || basePort < 1 || basePort > highest) {
    throw new LabError(
      'invalid-command',
      `--port must be a whole number from 1 to ${highest}, not ${basePort}: the store uses up to port P+${highestOffset}.`,
    );
  }
  if (!Number.isInteger(frontends) || frontends < 1 || frontends > frontendsMax) {
    throw new LabError(
      'invalid-command',
      `--frontends must be a whole number from 1 to ${frontendsMax}, not ${frontends}.`,
    );
  }
  const further = Array.from({ length: frontends - 1 }, (_, offset): FrontendPorts => {
    const number = offset + 2;
    return { name: `frontend-${number}`, public: basePort + 2 * number - 1, internal: basePort + 2 * number };
  });
  return {
    frontends: [{ name: 'frontend', public: basePort, internal: basePort + 1 }, ...further],
    catalog: basePort + 2,
    orders: [basePort + 11, basePort + 12, basePort + 13],
  };
}

/** Each port with the process that listens there. */
export function portOwners(block: PortBlock): readonly { port: number; owner: string }[] {
  return [
    ...block.frontends.flatMap(({ name, ...ports }) => [
      { port: ports.public, owner: name },
      { port: ports.internal, owner: `the internal listener of ${name}` },
    ]),
    { port: block.catalog, owner: 'the catalog' },
    ...block.orders.map((port, offset) => ({ port, owner: `order-${offset + 1}` })),
  ];
}
