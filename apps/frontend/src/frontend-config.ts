import {
  baseUrl,
  commonFields,
  type ConfigOf,
  durationMs,
  type Environment,
  flag,
  integer,
  type MemberSetting,
  members,
  optionalText,
  port,
  readConfig,
  refuseSettings,
  text,
} from '@toystore/service';

/** The order replicas of a store on one machine, on the ports that follow from the frontend's default. */
const localMembers: readonly MemberSetting[] = [1, 2, 3].map((number) => ({
  id: `order-${number}`,
  url: `http://127.0.0.1:${8090 + number}`,
  priority: number,
}));

const schema = {
  ...commonFields({ nodeId: 'frontend-1', port: 8080, dataDir: 'data/var/frontend-1' }),
  internalHost: text('INTERNAL_HOST', { default: '127.0.0.1', lengthMax: 255 }),
  internalPort: port('INTERNAL_PORT', { default: 8081 }),
  /** Where the catalog reaches this process's internal listener, when that is not the listener's own address. */
  callbackUrl: optionalText('CALLBACK_URL'),
  catalogUrl: baseUrl('CATALOG_URL', { default: 'http://127.0.0.1:8082' }),
  members: members('MEMBERS', { default: localMembers }),
  heartbeatIntervalMs: durationMs('HEARTBEAT_INTERVAL_MS', { minMs: 100, maxMs: 60_000, default: 3000 }),
  orderDeadlineMs: durationMs('ORDER_DEADLINE_MS', { minMs: 100, maxMs: 60_000, default: 10_000 }),
  cacheCapacity: integer('CACHE_CAPACITY', { min: 1, max: 100_000, default: 7 }),
  /** Off: `/lab` does not exist, for a public port that strangers reach. */
  hasLabPage: flag('LAB_PAGE', { default: true }),
} as const;

export type FrontendConfig = ConfigOf<typeof schema>;

/** @throws ConfigError that lists every problem at once */
export function readFrontendConfig(environment: Environment): FrontendConfig {
  const config = readConfig(schema, environment);
  const samePort = config.port !== 0 && config.port === config.internalPort;
  refuseSettings(
    samePort
      ? [
          {
            variable: 'INTERNAL_PORT',
            given: String(config.internalPort),
            wanted: 'another port than PORT: internal routes must not be reachable by shoppers',
          },
        ]
      : [],
  );
  return config;
}
