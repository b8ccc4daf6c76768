import { join } from 'node:path';
import { CoherentCache, LeaseKeeper } from '@quorumkit/cache';
import { LeaderDirectory } from '@quorumkit/leader';
import { CatalogClient, UndiciTransport } from '@toystore/contracts';
import {
  createJsonLogger,
  createServiceApp,
  type FastPath,
  HmacAuthenticator,
  type JsonLogger,
  loadClusterSecret,
  type LogFacts,
  RequestLog,
  type ServiceRun,
} from '@toystore/service';
import type { FastifyReply } from 'fastify';
import { register } from 'prom-client';
import { ApiDocument } from './docs/api-document.js';
import type { FrontendConfig } from './frontend-config.js';
import { InternalModule } from './internal.module.js';
import { traceTo } from './nomination/directory-trace.js';
import { LeaderWatch } from './nomination/leader-watch.js';
import { DirectoryOrderGroup } from './orders/directory-order-group.js';
import { cacheRefusal } from './products/cache-refusal.js';
import { CatalogReader } from './products/catalog-reader.js';
import { createHitPath } from './products/hit-path.js';
import { PublicModule } from './public.module.js';
import { readStorefrontFiles } from './storefront/storefront-files.js';

/** The catalog's id, as signed calls name it. */
const catalogId = 'catalog';
const catalogConnections = 32;
const connectionsPerReplica = 64;
/**
 * After this time without an answer the leader is doubted and the order is sent again, under its key. A paused leader is
 * noticed by its peers within 1 s; an order that waits for a frontend's lease to end is joined by its own repetition.
 */
const orderAttemptTimeoutMs = 1000;
/** A list waits for two of these at most, and must be answered within 2 s. */
const catalogDeadlineMs = 900;
/** Longer than one question with its repetition. */
const fillTimeoutMs = 1800;

/**
 * Puts the frontend together: two applications in one process, on two listeners, around one cache, one leader directory
 * and one authenticator. The internal one listens first: the catalog calls it back as soon as the cache asks for a lease.
 */
export async function startFrontend(config: FrontendConfig, service: ServiceRun): Promise<void> {
  const logger = createJsonLogger({ level: config.logLevel, worker: config.nodeId });
  service.useLogger(logger);
  const authenticator = await authenticatorOf(config, logger);
  const auth = { sign: authenticator.sign.bind(authenticator) };
  const members = config.members;

  const catalogTransport = new UndiciTransport({
    baseUrl: config.catalogUrl,
    receiver: catalogId,
    sign: auth.sign,
    connections: catalogConnections,
  });
  // The heartbeat is Nest's scheduler's.
  const directory = new LeaderDirectory({
    group: 'orders',
    members,
    auth,
    heartbeatIntervalMs: 0,
    attemptTimeoutMs: orderAttemptTimeoutMs,
    trace: traceTo(logger),
  });
  const orderGroup = new DirectoryOrderGroup(directory, { members, sign: auth.sign, connectionsPerReplica });
  let internalUrl = '';
  // The cache lives in the application that its hits are answered in front of.
  let answerHit: FastPath = () => false;

  const publicApp = await createServiceApp(
    PublicModule.forRoot({
      products: {
        catalog: new CatalogReader(new CatalogClient(catalogTransport), { deadlineMs: catalogDeadlineMs }),
        cache: {
          name: 'frontend',
          subscriberId: config.nodeId,
          origin: { url: config.catalogUrl, receiver: catalogId },
          callbackUrl: () => config.callbackUrl ?? internalUrl,
          auth,
          capacity: config.cacheCapacity,
          fillTimeoutMs,
          metrics: register,
        },
      },
      orders: { group: orderGroup, deadlineMs: config.orderDeadlineMs },
      nomination: { directory, logger, heartbeatIntervalMs: config.heartbeatIntervalMs },
      storefront: await readStorefrontFiles(),
      readiness: service.readiness,
      registry: register,
    }),
    {
      kind: 'public',
      logger,
      answerFacts: cacheFacts,
      toProblem: cacheRefusal,
      fastPath: (request, response) => answerHit(request, response),
    },
  );
  publicApp.get(ApiDocument).describe(publicApp);
  const cache = publicApp.get(CoherentCache);
  answerHit = createHitPath(cache, new RequestLog(logger, 'info'));
  const leaderWatch = publicApp.get(LeaderWatch);
  const internalApp = await createServiceApp(InternalModule.forRoot({ cache, auth }), {
    kind: 'internal',
    logger,
    auth: authenticator,
  });

  service.readiness.register('catalog', () =>
    cache.stats().leaseInForce ? { ready: true } : { ready: false, reason: 'no lease from the catalog is in force' },
  );
  service.readiness.register('leader', () =>
    leaderWatch.hasFoundLeader
      ? { ready: true }
      : { ready: false, reason: 'no leader of the order group was found yet' },
  );
  // While requests in flight finish they read past the cache, and no sale has to wait for this frontend any more.
  service.beforeShutdown('give the lease back', () => publicApp.get(LeaseKeeper).stop());
  service.afterShutdown('close connections', async () => {
    await Promise.all([orderGroup.close(), catalogTransport.close()]);
  });
  internalUrl = await service.listen(internalApp, { host: config.internalHost, port: config.internalPort });
  await service.listen(publicApp, { host: config.host, port: config.port });
}

/** How the cache came by an answer, as its `Cache-Status` says. */
function cacheFacts(reply: FastifyReply): LogFacts | undefined {
  const status = reply.getHeader('cache-status');
  return status === undefined ? undefined : { cache: status };
}

async function authenticatorOf(config: FrontendConfig, logger: JsonLogger): Promise<HmacAuthenticator> {
  const secret = await loadClusterSecret({
    secret: config.clusterSecret,
    file: config.clusterSecretFile ?? join(config.dataDir, '..', 'cluster-secret'),
    warn: (message) => logger.warn(message),
  });
  return new HmacAuthenticator({ self: config.nodeId, secret });
}
