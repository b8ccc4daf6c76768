import {
  ConfigError,
  createJsonLogger,
  createServiceApp,
  HmacAuthenticator,
  type JsonLogger,
  loadClusterSecret,
  type ServiceRun,
} from '@toystore/service';
import { CatalogEpoch, CatalogOpening } from '@toystore/protocol/catalog';
import type { CatalogConfig } from './catalog-config.js';
import { CatalogProcessModule } from './catalog-process.module.js';
import { ToysFileError } from './toys/toys-file-error.js';

/** Puts the catalog together and listens. Resolves when its log is applied and it is open for sales. */
export async function startCatalog(config: CatalogConfig, service: ServiceRun): Promise<void> {
  const logger = createJsonLogger({ level: config.logLevel, worker: config.nodeId });
  service.useLogger(logger);
  const authenticator = await authenticatorOf(config, logger);
  const auth = { sign: authenticator.sign.bind(authenticator) };

  const faults = config.faultInjection ? (await import('./faults/fault-mode.js')).faultMode(logger) : undefined;
  const module = CatalogProcessModule.forRoot({ config, auth, readiness: service.readiness, faults });
  const app = await createServiceApp(module, { kind: 'internal', logger, auth: authenticator });
  const epoch = app.get(CatalogEpoch);
  service.readiness.register('log', () =>
    epoch.isOpen ? { ready: true } : { ready: false, reason: 'the log is not applied yet' },
  );
  await service.listen(app, { host: config.host, port: config.port });
  await app.get(CatalogOpening).opened.catch((error: unknown) => {
    throw error instanceof ToysFileError ? asSettingProblems(error) : error;
  });
}

/** The initial stock is a setting like the others: what is wrong with it is listed in the same form. */
function asSettingProblems({ path, problems }: ToysFileError): ConfigError {
  return new ConfigError(
    problems.map(({ where, wanted }) => ({ variable: 'TOYS_CSV', given: `${path}, ${where}`, wanted })),
  );
}

async function authenticatorOf(config: CatalogConfig, logger: JsonLogger): Promise<HmacAuthenticator> {
  const secret = await loadClusterSecret({
    secret: config.clusterSecret,
    file: config.clusterSecretPath,
    warn: (message) => logger.warn(message),
  });
  return new HmacAuthenticator({ self: config.nodeId, secret });
}
