import { LabError } from '../lab-error.js';

/** The ports of one store, all derived from its base port P. */
export interface PortBlock {
  readonly frontend: number;
  readonly frontendInternal: number;
  readonly catalog: number;
  readonly orders: readonly [number, number, number];
}

const highestOffset = 13;

/** Ports of the store whose frontend listens on `basePort`; refuses a base from which a port would leave 1–65535. */
export function portBlock(basePort: number): PortBlock {
  const highest = 65_535 - highestOffset;
  if (!Number.isInteger(basePort) || basePort < 1 || basePort > highest) {
    throw new LabError('invalid-command', `--port must be a whole number from 1 to ${highest}, not ${basePort}: the store uses up to port P+${highestOffset}.`);
  }
  return {
    frontend: basePort,
    frontendInternal: basePort + 1,
    catalog: basePort + 2,
    orders: [basePort + 11, basePort + 12, basePort + 13],
  };
}

/** Each port with the process that listens there. */
export function portOwners(block: PortBlock): readonly { port: number; owner: string }[] {
  return [
    { port: block.frontend, owner: 'the frontend' },
    { port: block.frontendInternal, owner: "the frontend's internal listener" },
    { port: block.catalog, owner: 'the catalog' },
    ...block.orders.map((port, offset) => ({ port, owner: `order-${offset + 1}` })),
  ];
}
