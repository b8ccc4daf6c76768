import { join } from 'node:path';
import {
  commonFields,
  type ConfigOf,
  durationMs,
  type Environment,
  flag,
  integer,
  oneOf,
  readConfig,
  text,
} from '@toystore/service';

const schema = {
  ...commonFields({ nodeId: 'catalog', port: 8082, dataDir: 'data/var/catalog' }),
  /** The initial stock; read at the first start only. */
  toysCsvPath: text('TOYS_CSV', { lengthMax: 4096, default: 'data/toys.csv', wanted: 'the path of a CSV file' }),
  restockIntervalMs: durationMs('RESTOCK_INTERVAL_MS', { minMs: 10, maxMs: 24 * 60 * 60 * 1000, default: 10_000 }),
  /** What a product that is out of stock is filled up to. */
  restockLevel: integer('RESTOCK_LEVEL', { min: 1, max: 1_000_000, default: 100 }),
  /** How long a cache may serve without hearing from the catalog. */
  leaseMs: durationMs('LEASE_MS', { minMs: 100, maxMs: 600_000, default: 2_000 }),
  /** `background`: sales are acknowledged without waiting for the caches, which may be stale for up to the lease. */
  invalidationMode: oneOf('INVALIDATION_MODE', ['strict', 'background'], { default: 'strict' }),
  /** Whether the process can be told to suffer faults; for tests of a store, never for one that is used. */
  faultInjection: flag('FAULT_INJECTION', { default: false }),
};

export type CatalogConfig = ConfigOf<typeof schema> & {
  readonly clusterSecretPath: string;
  readonly catalogCsvPath: string;
};

/** @throws ConfigError with all problems */
export function readCatalogConfig(env: Environment): CatalogConfig {
  const config = readConfig(schema, env);
  return Object.freeze({
    ...config,
    clusterSecretPath: config.clusterSecretFile ?? join(config.dataDir, '..', 'cluster-secret'),
    catalogCsvPath: join(config.dataDir, 'catalog.csv'),
  });
}
