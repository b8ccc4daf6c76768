import { LabError } from '../lab-error.js';
import { portBlock, type FrontendPorts } from './port-block.js';

/** One process calls another: with faults, through a proxy of the lab's own. */
export interface StoreLink {
  /** The process that opens the connections. */
  readonly from: string;
  readonly to: string;
  /** Where the lab listens in place of `to`, for `from` alone. */
  readonly port: number;
  /** Where `to` really listens. */
  readonly targetPort: number;
}

const firstOffset = 21;

/**
 * Every pair of processes of which one calls the other, each with a port of its own from P+21; those of further frontends come
 * last, five each. Fixed ports, not the system's choice: a link that refuses connections has given its port back, and must
 * find it free when it is healed.
 */
export function storeLinks(basePort: number, { frontends = 1 }: { frontends?: number } = {}): readonly StoreLink[] {
  const ports = portBlock(basePort, { frontends });
  const [firstFrontend, ...furtherFrontends] = ports.frontends;
  const orders = ports.orders.map((port, offset) => ({ name: `order-${offset + 1}`, port }));
  const catalog = { name: 'catalog', port: ports.catalog };
  const callsOf = ({ name }: FrontendPorts) => [catalog, ...orders].map((to) => ({ from: name, to }));
  // The DELETE of a product goes to a frontend's internal listener.
  const invalidationsOf = ({ name, internal }: FrontendPorts) => ({ from: 'catalog', to: { name, port: internal } });
  const called = [
    ...callsOf(firstFrontend),
    ...orders.flatMap(({ name }) =>
      [catalog, ...orders.filter((peer) => peer.name !== name)].map((to) => ({ from: name, to })),
    ),
    invalidationsOf(firstFrontend),
    ...furtherFrontends.flatMap((frontend) => [...callsOf(frontend), invalidationsOf(frontend)]),
  ];
  const highestOffset = firstOffset + called.length - 1;
  if (basePort + highestOffset > 65_535) {
    throw new LabError(
      'invalid-command',
      `With --faults --port must be at most ${65_535 - highestOffset}, not ${basePort}: the links between the processes use up to port P+${highestOffset}.`,
    );
  }
  return called.map(({ from, to }, offset) => ({
    from,
    to: to.name,
    port: basePort + firstOffset + offset,
    targetPort: to.port,
  }));
}
