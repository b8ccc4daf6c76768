import { join } from 'node:path';
import { CoherentCache, LeaseKeeper } from '@quorumkit/cache';
import {
  createJsonLogger,
  createServiceApp,
  type FastPath,
  HmacAuthenticator,
  type JsonLogger,
  loadClusterSecret,
  type LogFacts,
  type Readiness,
  RequestLog,
  type ServiceRun,
} from '@toystore/service';
import type { FastifyReply } from 'fastify';
import { register } from 'prom-client';
import { ApiDocument } from './docs/api-document.js';
import type { FrontendConfig } from './frontend-config.js';
import { InternalModule } from './internal.module.js';
import { LeaderWatch } from './nomination/leader-watch.js';
import { catalogId, outgoingCalls } from './outgoing-calls.js';
import { cacheRefusal } from './products/cache-refusal.js';
import { createHitPath } from './products/hit-path.js';
import { createInvalidationPath } from './products/invalidation-path.js';
import { PublicModule } from './public.module.js';
import { readPage } from './static-files/page.js';

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
  const calls = outgoingCalls(config, { auth, logger });
  let internalUrl = '';
  // The cache lives in the application that its hits are answered in front of.
  let answerHit: FastPath = () => false;

  const publicApp = await createServiceApp(
    PublicModule.forRoot({
      products: {
        catalog: calls.catalog,
        cache: {
          name: 'frontend',
          subscriberId: config.nodeId,
          origin: { url: config.catalogUrl, receiver: catalogId },
          callbackUrl: () => config.callbackUrl ?? internalUrl,
          auth,
          capacity: config.cacheCapacity,
          fillTimeoutMs,
          logDecisions: config.logLevel === 'debug',
          metrics: register,
        },
      },
      orders: { group: calls.orderGroup, deadlineMs: config.orderDeadlineMs },
      nomination: { directory: calls.directory, logger, heartbeatIntervalMs: config.heartbeatIntervalMs },
      storefront: await readPage('storefront'),
      labPage: config.hasLabPage
        ? {
            // The lab's control endpoint, for those who have its token.
            page: await readPage('lab-page', { connectTo: 'http://127.0.0.1:*' }),
            frontend: config.nodeId,
            orders: calls.directory,
            catalog: calls.catalogGroup,
          }
        : undefined,
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
  answerHit = createHitPath(cache, new RequestLog(logger, 'info'), publicApp);
  const internalApp = await createServiceApp(InternalModule.forRoot({ cache, auth }), {
    kind: 'internal',
    logger,
    auth: authenticator,
    fastPath: createInvalidationPath(cache, authenticator, new RequestLog(logger, 'debug')),
  });

  registerReadiness(service.readiness, { cache, leaderWatch: publicApp.get(LeaderWatch) });
  // While requests in flight finish they read past the cache, and no sale has to wait for this frontend any more.
  service.beforeShutdown('give the lease back', () => publicApp.get(LeaseKeeper).stop());
  service.afterShutdown('close connections', () => calls.close());
  internalUrl = await service.listen(internalApp, { host: config.internalHost, port: config.internalPort });
  await service.listen(publicApp, { host: config.host, port: config.port });
}

/** Ready to sell: what shoppers ask for can be read, and a leader was found. Losing the leader is no reason to send shoppers away. */
function registerReadiness(
  readiness: Readiness,
  { cache, leaderWatch }: { readonly cache: CoherentCache; readonly leaderWatch: LeaderWatch },
): void {
  readiness.register('catalog', () =>
    cache.stats().leaseInForce ? { ready: true } : { ready: false, reason: 'no lease from the catalog is in force' },
  );
  readiness.register('leader', () =>
    leaderWatch.hasFoundLeader
      ? { ready: true }
      : { ready: false, reason: 'no leader of the order group was found yet' },
  );
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
