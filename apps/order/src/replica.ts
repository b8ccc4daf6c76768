import { LeaderGroups, LeaderHealthIndicator } from '@quorumkit/leader';
import { UndiciTransport } from '@toystore/contracts';
import {
  createJsonLogger,
  createServiceApp,
  HmacAuthenticator,
  type JsonLogger,
  loadClusterSecret,
  type ReadinessResult,
  type ServiceRun,
} from '@toystore/service';
import { register } from 'prom-client';
import { admissionOptionsDefault, debitOptionsDefault, SettlementWaiters } from '@toystore/protocol/order';
import type { OrderConfig } from './order-config.js';
import { ReplicaModule } from './replica.module.js';

/** The catalog's id, as signed calls name it. */
const catalogId = 'catalog';

/** One batch of debits is in flight at a time; the others are for probes and for calls that hang. */
const catalogConnections = 4;

/** How long a replica that was the leader waits for its successor to end the orders that it has in hand, ms. */
const succession = { waitMsMax: 1_200, lookAgainMs: 10 };

/** Puts one replica of the order group together and listens. */
export async function startReplica(config: OrderConfig, service: ServiceRun): Promise<void> {
  const logger = createJsonLogger({ level: config.logLevel, worker: config.nodeId });
  service.useLogger(logger);
  const authenticator = await authenticatorOf(config, logger);
  const auth = { sign: authenticator.sign.bind(authenticator) };
  const catalog = new UndiciTransport({
    baseUrl: config.catalogUrl,
    receiver: catalogId,
    sign: auth.sign,
    connections: catalogConnections,
  });
  const faults = config.faultInjection ? (await import('./faults/fault-mode.js')).faultMode(logger) : undefined;
  const debits = { ...debitOptionsDefault, timeoutMs: config.debitTimeoutMs };
  const replica = {
    catalog: faults?.catalog(catalog) ?? catalog,
    ordersCsvPath: config.ordersCsvPath,
    debits,
    admission: admissionOptionsDefault,
    metrics: register,
  };

  const module = ReplicaModule.forRoot({ config, replica, auth, readiness: service.readiness, faults });
  const app = await createServiceApp(module, { kind: 'internal', logger, auth: authenticator });
  service.readiness.register('orders', () => readinessOf(app.get(LeaderHealthIndicator)));
  // While requests are still taken: the orders in hand are ended by the successor, and this replica must hear of it.
  service.beforeShutdown('hand leadership over', async () => {
    await app
      .get(LeaderGroups)
      .find('orders')
      ?.handOver((what, error) => logger.warn(`${what}: ${String(error)}`));
    await untilAnswered(app.get(SettlementWaiters));
  });
  service.afterShutdown('close the connections to the catalog', () => catalog.close());
  await service.listen(app, { host: config.host, port: config.port });
}

/** A follower is as ready as a leader. */
function readinessOf(health: LeaderHealthIndicator): ReadinessResult {
  const [group] = health.check({ group: 'orders' });
  if (group?.ready === true) return { ready: true };
  return {
    ready: false,
    reason: group?.leader === null ? 'no leader is known' : `${group?.lagEntries} entries are not applied yet`,
  };
}

async function untilAnswered(waiters: SettlementWaiters): Promise<void> {
  const giveUpAt = performance.now() + succession.waitMsMax;
  while (waiters.count > 0 && performance.now() < giveUpAt) {
    await new Promise((resolve) => setTimeout(resolve, succession.lookAgainMs));
  }
}

async function authenticatorOf(config: OrderConfig, logger: JsonLogger): Promise<HmacAuthenticator> {
  const secret = await loadClusterSecret({
    secret: config.clusterSecret,
    file: config.clusterSecretPath,
    warn: (message) => logger.warn(message),
  });
  return new HmacAuthenticator({ self: config.nodeId, secret });
}
