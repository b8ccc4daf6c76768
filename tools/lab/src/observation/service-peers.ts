import { CatalogClient, OrderClient, UndiciTransport, type CallSigner, type HttpTransport } from '@toystore/contracts';
import type { ServiceSpec } from '../topology/store-topology.js';

export type Listener = 'public' | 'internal';

/** Opens the connections to one listener of a process. */
export type TransportFactory = (spec: ServiceSpec, listener: Listener) => HttpTransport;

/** Kept-alive connections; calls to internal listeners are signed, a frontend's public port is not asked to check any. */
export function signedTransports(sign: CallSigner): TransportFactory {
  return (spec, listener) =>
    new UndiciTransport({
      baseUrl: listener === 'public' ? spec.url : spec.internalUrl,
      connections: 2,
      receiver: spec.nodeId,
      ...(listener === 'internal' && { sign }),
    });
}

/** One process with the clients that talk to it. */
export interface ServicePeer {
  readonly spec: ServiceSpec;
  /** To `spec.url`. */
  readonly transport: HttpTransport;
  /** To where it takes signed calls: the same one, but for a frontend. */
  readonly internal: HttpTransport;
  readonly orders: OrderClient;
  readonly catalog: CatalogClient;
}

/** The connections to every process of the store, by name. */
export class ServicePeers {
  readonly #peers: ReadonlyMap<string, ServicePeer>;

  constructor(specs: readonly ServiceSpec[], open: TransportFactory) {
    this.#peers = new Map(
      specs.map((spec) => {
        const internal = open(spec, 'internal');
        const transport = spec.kind === 'frontend' ? open(spec, 'public') : internal;
        return [
          spec.name,
          { spec, transport, internal, orders: new OrderClient(transport), catalog: new CatalogClient(transport) },
        ];
      }),
    );
  }

  peer(name: string): ServicePeer {
    const peer = this.#peers.get(name);
    if (peer === undefined) throw new TypeError(`No connections were opened for '${name}'.`);
    return peer;
  }

  async close(): Promise<void> {
    const transports = new Set([...this.#peers.values()].flatMap(({ transport, internal }) => [transport, internal]));
    await Promise.all([...transports].map((transport) => transport.close()));
  }
}
