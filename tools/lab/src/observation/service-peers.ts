import { CatalogClient, OrderClient, UndiciTransport, type CallSigner, type HttpTransport } from '@toystore/contracts';
import type { ServiceSpec } from '../topology/store-topology.js';

/** Opens the connections to one process. */
export type TransportFactory = (spec: ServiceSpec) => HttpTransport;

/** Kept-alive connections; calls to internal listeners are signed, the frontend's public port is not asked to check any. */
export function signedTransports(sign: CallSigner): TransportFactory {
  return (spec) =>
    new UndiciTransport({ baseUrl: spec.url, connections: 2, receiver: spec.nodeId, ...(spec.kind !== 'frontend' && { sign }) });
}

/** One process with the clients that talk to it. */
export interface ServicePeer {
  readonly spec: ServiceSpec;
  readonly transport: HttpTransport;
  readonly orders: OrderClient;
  readonly catalog: CatalogClient;
}

/** The connections to every process of the store, by name. */
export class ServicePeers {
  readonly #peers: ReadonlyMap<string, ServicePeer>;

  constructor(specs: readonly ServiceSpec[], open: TransportFactory) {
    this.#peers = new Map(
      specs.map((spec) => {
        const transport = open(spec);
        return [spec.name, { spec, transport, orders: new OrderClient(transport), catalog: new CatalogClient(transport) }];
      }),
    );
  }

  peer(name: string): ServicePeer {
    const peer = this.#peers.get(name);
    if (peer === undefined) throw new TypeError(`No connections were opened for '${name}'.`);
    return peer;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#peers.values()].map(({ transport }) => transport.close()));
  }
}
