import { join } from 'node:path';
import {
  baseUrl,
  commonFields,
  type ConfigOf,
  durationMs,
  type Environment,
  flag,
  members,
  type MemberSetting,
  readConfig,
  refuseSettings,
} from '@toystore/service';

const membersDefault: readonly MemberSetting[] = [1, 2, 3].map((number) => ({
  id: `order-${number}`,
  url: `http://127.0.0.1:${8090 + number}`,
  priority: number,
}));

const schema = {
  ...commonFields({ nodeId: 'order-1', port: 0, dataDir: 'data/var/order-1' }),
  /** All replicas, the same list on each. */
  members: members('MEMBERS', { default: membersDefault }),
  catalogUrl: baseUrl('CATALOG_URL', { default: 'http://127.0.0.1:8082' }),
  /** How long one call to the catalog may take; above twice its cache lease. */
  debitTimeoutMs: durationMs('DEBIT_TIMEOUT_MS', { minMs: 100, maxMs: 60_000, default: 5_000 }),
  /** How long a replica of higher priority must have been in contact without a gap before the leader makes way; 0: never. */
  takeoverStableMs: durationMs('TAKEOVER_STABLE_MS', { minMs: 0, maxMs: 3_600_000, default: 10_000 }),
  /** Whether the process can be told to suffer faults; for tests of a store, never for one that is used. */
  faultInjection: flag('FAULT_INJECTION', { default: false }),
};

export type OrderConfig = ConfigOf<typeof schema> & {
  readonly clusterSecretPath: string;
  readonly ordersCsvPath: string;
};

/**
 * Reads the settings of one replica. Without `PORT` and `DATA_DIR` they follow from its id: the port of its member's
 * URL, the folder of its name.
 *
 * @throws ConfigError with all problems
 */
export function readOrderConfig(env: Environment): OrderConfig {
  const config = readConfig(schema, env);
  const self = config.members.find(({ id }) => id === config.nodeId);
  if (self === undefined) {
    const ids = config.members.map(({ id }) => id).join(', ');
    refuseSettings([{ variable: 'NODE_ID', given: config.nodeId, wanted: `one of the members ${ids}` }]);
  }
  const dataDir = isSet(env['DATA_DIR']) ? config.dataDir : join('data', 'var', config.nodeId);
  return Object.freeze({
    ...config,
    dataDir,
    port: isSet(env['PORT']) ? config.port : Number(new URL(self?.url ?? '').port),
    clusterSecretPath: config.clusterSecretFile ?? join(dataDir, '..', 'cluster-secret'),
    ordersCsvPath: join(dataDir, 'orders.csv'),
  });
}

function isSet(value: string | undefined): boolean {
  return value !== undefined && value !== '';
}
