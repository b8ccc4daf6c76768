import { HttpService } from '@nestjs/axios';
import { type CallAuthenticator, LeaderDirectory } from '@quorumkit/leader';
import { AxiosTransport, CatalogClient, UndiciTransport } from '@toystore/contracts';
import type { JsonLogger } from '@toystore/service';
import type { FrontendConfig } from './frontend-config.js';
import { traceTo } from './nomination/directory-trace.js';
import { DirectoryOrderGroup } from './orders/directory-order-group.js';
import { CatalogReader } from './products/catalog-reader.js';

/** The catalog's id, as signed calls name it. */
export const catalogId = 'catalog';
const catalogConnections = 32;
const listConnections = 2;
const connectionsPerReplica = 64;
/**
 * After this time without an answer the leader is doubted and the order is sent again, under its key. A paused leader is
 * noticed by its peers within 1 s; an order that waits for a frontend's lease to end is joined by its own repetition.
 */
const orderAttemptTimeoutMs = 1000;
/** A list waits for two of these at most, and must be answered within 2 s. */
const catalogDeadlineMs = 900;

/** Everybody whom the frontend calls, each over connections of its own. */
export interface OutgoingCalls {
  readonly catalog: CatalogReader;
  readonly directory: LeaderDirectory;
  /** The group that owns the stock, for those who want to know how it is. It is never searched for a leader. */
  readonly catalogGroup: Pick<LeaderDirectory, 'survey'>;
  readonly orderGroup: DirectoryOrderGroup;
  /** Ends the connections to the catalog and the replicas; the directory ends its own. */
  close(): Promise<void>;
}

export function outgoingCalls(
  { catalogUrl, members }: Pick<FrontendConfig, 'catalogUrl' | 'members'>,
  { auth, logger }: { readonly auth: CallAuthenticator; readonly logger: JsonLogger },
): OutgoingCalls {
  const sign = auth.sign;
  const catalogPeer = { baseUrl: catalogUrl, receiver: catalogId, sign };
  // Products are read at every miss; the list by one call at a time, where Nest's own client is fast enough.
  const productTransport = new UndiciTransport({ ...catalogPeer, connections: catalogConnections });
  const listTransport = new AxiosTransport(new HttpService(), { ...catalogPeer, connections: listConnections });
  const products = new CatalogClient(productTransport);
  const lists = new CatalogClient(listTransport);
  const directory = new LeaderDirectory({
    group: 'orders',
    members,
    auth,
    // The heartbeat is Nest's scheduler's.
    heartbeatIntervalMs: 0,
    attemptTimeoutMs: orderAttemptTimeoutMs,
    trace: traceTo(logger),
  });
  const catalogGroup = new LeaderDirectory({
    group: 'catalog',
    members: [{ id: catalogId, url: catalogUrl, priority: 1 }],
    auth,
    heartbeatIntervalMs: 0,
    trace: traceTo(logger, 'catalog'),
  });
  const orderGroup = new DirectoryOrderGroup(directory, { sign, connectionsPerReplica });
  return {
    catalog: new CatalogReader(
      {
        getProduct: (name, options) => products.getProduct(name, options),
        listProducts: (options) => lists.listProducts(options),
      },
      { deadlineMs: catalogDeadlineMs },
    ),
    directory,
    catalogGroup,
    orderGroup,
    close: async () => {
      await Promise.all([orderGroup.close(), catalogGroup.close(), productTransport.close(), listTransport.close()]);
    },
  };
}
