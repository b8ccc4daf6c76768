import { StoreClient, UndiciTransport } from '@toystore/contracts';
import type { FrontendAddress } from './frontend-address.js';

export interface FrontendClient {
  readonly name: string;
  readonly store: StoreClient;
}

/** One shopper's connections: one to each frontend of the store, of which one is the shopper's own at a time. */
export class FrontendClients {
  private readonly transports: readonly UndiciTransport[];
  private readonly clients: readonly FrontendClient[];
  private at: number;

  /** `first`: with which frontend it begins; shoppers take turns. */
  constructor(
    frontends: readonly FrontendAddress[],
    { first, sessionId }: { readonly first: number; readonly sessionId: string },
  ) {
    this.transports = frontends.map(
      ({ url }) => new UndiciTransport({ baseUrl: url, receiver: 'store', connections: 1 }),
    );
    this.clients = frontends.map(({ name }, offset) => ({
      name,
      store: new StoreClient(this.transports[offset] as UndiciTransport, { sessionId }),
    }));
    this.at = first % frontends.length;
  }

  /** The one that the shopper uses now. */
  get own(): FrontendClient {
    return this.clients[this.at] as FrontendClient;
  }

  /** The next one; the own one when there is no other. */
  get other(): FrontendClient {
    return this.clients[(this.at + 1) % this.clients.length] as FrontendClient;
  }

  /** The own one gives no answer: from now on the next one is. */
  moveOn(): void {
    this.at = (this.at + 1) % this.clients.length;
  }

  async close(): Promise<void> {
    await Promise.all(this.transports.map((transport) => transport.close()));
  }
}
