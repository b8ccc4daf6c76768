import { join } from 'node:path';
import { portBlock, type FrontendPorts } from './port-block.js';
import type { StoreLink } from './store-links.js';

export type ServiceKind = 'catalog' | 'order' | 'frontend';

/** Everything needed to start one process of the store and to reach it. */
export interface ServiceSpec {
  readonly name: string;
  readonly kind: ServiceKind;
  /** Its id in signed calls. */
  readonly nodeId: string;
  readonly url: string;
  /** Where it takes signed calls: its one listener, but for a frontend. */
  readonly internalUrl: string;
  /** The JavaScript file that `node` runs. */
  readonly entry: string;
  /** Its data folder; `service.log` goes there too. */
  readonly dataDir: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface TopologyOptions {
  readonly basePort: number;
  /** How many frontends, 1 to 5. Default 1. */
  readonly frontends?: number;
  /** Absolute; each process gets a folder below it. */
  readonly dataDir: string;
  /** The checkout that holds `apps/` and `data/toys.csv`. */
  readonly repoRoot: string;
  /** Added to every process's environment, over the lab's own settings. */
  readonly env?: Readonly<Record<string, string>>;
  /** Processes with a link between them are told the link's port in place of the other's own. Default: none. */
  readonly links?: readonly StoreLink[];
}

const host = '127.0.0.1';
const urlOf = (port: number): string => `http://${host}:${port}`;

/** File with the secret that signs internal calls; every process of the store and the lab read it. */
export function clusterSecretFile(dataDir: string): string {
  return join(dataDir, 'cluster-secret');
}

/** The processes of one store in the order in which they are listed; they may be started in any order. */
export function storeTopology({
  basePort,
  frontends = 1,
  dataDir,
  repoRoot,
  env = {},
  links = [],
}: TopologyOptions): readonly ServiceSpec[] {
  const ports = portBlock(basePort, { frontends });
  /** Where `from` is told to find `to`, which listens on `port`. */
  const urlFor = (from: string, to: string, port: number): string =>
    urlOf(links.find((link) => link.from === from && link.to === to)?.port ?? port);
  const catalogUrlFor = (from: string): string => urlFor(from, 'catalog', ports.catalog);
  // The replica with the highest number has the highest priority.
  const membersFor = (from: string): string =>
    ports.orders
      .map((port, offset) => {
        const name = `order-${offset + 1}`;
        return `${name}=${urlFor(from, name, port)};${offset + 1}`;
      })
      .join(',');
  const entryOf = (app: string): string => join(repoRoot, 'apps', app, 'dist', 'main.js');
  const commonEnv = (name: string, nodeId: string, port: number): Record<string, string> => ({
    NODE_ID: nodeId,
    HOST: host,
    PORT: String(port),
    DATA_DIR: join(dataDir, name),
    CLUSTER_SECRET_FILE: clusterSecretFile(dataDir),
  });

  const catalog: ServiceSpec = {
    name: 'catalog',
    kind: 'catalog',
    nodeId: 'catalog',
    url: urlOf(ports.catalog),
    internalUrl: urlOf(ports.catalog),
    entry: entryOf('catalog'),
    dataDir: join(dataDir, 'catalog'),
    env: { ...commonEnv('catalog', 'catalog', ports.catalog), TOYS_CSV: join(repoRoot, 'data', 'toys.csv'), ...env },
  };
  const orders = ports.orders.map((port, offset): ServiceSpec => {
    const name = `order-${offset + 1}`;
    return {
      name,
      kind: 'order',
      nodeId: name,
      url: urlOf(port),
      internalUrl: urlOf(port),
      entry: entryOf('order'),
      dataDir: join(dataDir, name),
      env: { ...commonEnv(name, name, port), MEMBERS: membersFor(name), CATALOG_URL: catalogUrlFor(name), ...env },
    };
  });
  const frontendSpec = ({ name, public: port, internal }: FrontendPorts, offset: number): ServiceSpec => {
    // The id under which it subscribes to the catalog: each frontend is invalidated by itself.
    const nodeId = `frontend-${offset + 1}`;
    return {
      name,
      kind: 'frontend',
      nodeId,
      url: urlOf(port),
      internalUrl: urlOf(internal),
      entry: entryOf('frontend'),
      dataDir: join(dataDir, name),
      env: {
        ...commonEnv(name, nodeId, port),
        INTERNAL_PORT: String(internal),
        CATALOG_URL: catalogUrlFor(name),
        MEMBERS: membersFor(name),
        CALLBACK_URL: urlFor('catalog', name, internal),
        ...env,
      },
    };
  };
  return [catalog, ...orders, ...ports.frontends.map(frontendSpec)];
}
