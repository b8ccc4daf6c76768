import { flag, HmacAuthenticator, loadClusterSecret } from '@toystore/service';
import { labPagePath } from '@toystore/contracts';
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ControlServer } from '../control/control-server.js';
import { isLabAlive } from '../control/control-client.js';
import { claimLabFile, discardLabFile, readLabFile, type LabFile } from '../control/lab-file.js';
import { LabError } from '../lab-error.js';
import { FaultNetwork } from '../network/fault-network.js';
import { probeReadiness } from '../observation/observe-service.js';
import { ServicePeers, signedTransports } from '../observation/service-peers.js';
import type { ProcessExit } from '../supervision/managed-process.js';
import { leftoversEnded } from '../supervision/pid-file.js';
import { Supervisor } from '../supervision/supervisor.js';
import { findFreeBasePort, requireFreePorts } from '../topology/free-ports.js';
import { clusterSecretFile, storeTopology, type ServiceSpec } from '../topology/store-topology.js';
import { storeLinks } from '../topology/store-links.js';
import { LocalStore } from './local-store.js';
import { runCommand } from './run-command.js';

export interface StartStoreOptions {
  /** The first frontend's port; the others follow from it. `free`, the default, looks for a block that nobody uses. */
  readonly port?: 'free' | number;
  /** State, secret and logs of all processes. One store at a time; an earlier store's state is continued. */
  readonly dataDir: string;
  /** Added to every process's environment, over the lab's own settings. */
  readonly env?: Readonly<Record<string, string>>;
  /** How many frontends, 1 to 5. Default 1. */
  readonly frontends?: number;
  /**
   * Sends every call between processes through proxies of the lab, so that the network can be cut and healed, and starts
   * catalog and order replicas with fault injection. Default false.
   */
  readonly faults?: boolean;
  /** How long all processes together may take to become ready, in ms. Default 120000. */
  readonly readyLimitMs?: number;
  /** Told about every process that ends without having been asked to. */
  readonly onUnexpectedExit?: (name: string, exit: ProcessExit) => void;
  /** Told when a link between processes does not work although nobody has cut it; only with `faults`. */
  readonly onNetworkTrouble?: (message: string) => void;
  /** Told once, when the processes have been started and are about to become ready. */
  readonly onStarting?: (store: LocalStore) => void;
}

const repoRoot = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '');
const readyLimitMsDefault = 120_000;
/** The processes of a lab that was killed end within a few seconds, and let go of their ports and folders. */
const leftoverPatienceMs = 15_000;

/**
 * Starts catalog, three order replicas and the frontends as processes of this one, and resolves when all are ready.
 * They end with this process, even when it is killed. `npm run lab` finds the store through its data folder.
 *
 * Rejects with a {@link LabError} when the ports or the data folder are in use, when the services are not built, or when a process
 * dies or is late (with its last log lines); nothing is left running then.
 */
export async function startStore(options: StartStoreOptions): Promise<LocalStore> {
  const { faults = false, frontends = 1 } = options;
  const extent = { frontends, faults };
  const dataDir = resolve(options.dataDir);
  const leftover = await requireNoOtherLab(dataDir);
  const basePort =
    options.port === undefined || options.port === 'free' ? await findFreeBasePort(extent) : options.port;
  const env = { ...(faults && { FAULT_INJECTION: '1' }), ...options.env };
  const links = faults ? storeLinks(basePort, { frontends }) : [];
  const specs = storeTopology({ basePort, frontends, dataDir, repoRoot, env, links });
  if (leftover)
    await leftoversEnded(
      specs.map((spec) => spec.dataDir),
      leftoverPatienceMs,
    );
  await requireFreePorts(basePort, extent);
  requireBuilt(specs);

  const secret = await loadClusterSecret({
    secret: options.env?.['CLUSTER_SECRET'] ?? process.env['CLUSTER_SECRET'],
    file: clusterSecretFile(dataDir),
  });
  const lab = new HmacAuthenticator({ self: 'lab', secret });
  const peers = new ServicePeers(
    specs,
    signedTransports((call) => lab.sign(call)),
  );
  const supervisor = new Supervisor({
    specs,
    probe: (spec) => probeReadiness(peers.peer(spec.name)),
    ...(options.onUnexpectedExit && { onUnexpectedExit: options.onUnexpectedExit }),
  });
  const urls = frontendUrls(specs);
  const [url] = urls;
  const control = new ControlServer((command) => runCommand(store, command), { pageOrigins: urls });
  const file: LabFile = {
    pid: process.pid,
    controlUrl: await control.listen(),
    token: control.token,
    storeUrl: url,
    startedAt: new Date().toISOString(),
  };
  if (!claimLabFile(dataDir, file)) {
    await control.close();
    throw alreadyRunning(dataDir, readLabFile(dataDir));
  }

  const pagePath = labPagePath({ controlPort: Number(new URL(file.controlUrl).port), token: file.token });
  const pageUrls = hasLabPage(env) ? urls.map((frontend) => `${frontend}${pagePath}`) : [];
  const release = async (): Promise<void> => {
    discardLabFile(dataDir, file);
    await control.close();
  };
  const network = faults
    ? new FaultNetwork(links, { ...(options.onNetworkTrouble && { onTrouble: options.onNetworkTrouble }) })
    : undefined;
  const store = new LocalStore({ urls, pageUrls, supervisor, peers, release, ...(network && { network }) });
  try {
    supervisor.startAll();
    options.onStarting?.(store);
    await supervisor.waitUntilReady({ limitMs: options.readyLimitMs ?? readyLimitMsDefault });
  } catch (error) {
    await store.stop({ graceMs: 2_000 });
    throw error;
  }
  return store;
}

/** Refuses when a lab runs on the folder; says whether it cleared away what a dead one left. */
async function requireNoOtherLab(dataDir: string): Promise<boolean> {
  const other = readLabFile(dataDir);
  if (other !== undefined && (await isLabAlive(other))) throw alreadyRunning(dataDir, other);
  discardLabFile(dataDir, other);
  return other !== undefined;
}

function alreadyRunning(dataDir: string, other: LabFile | undefined): LabError {
  const where = other === undefined ? '' : ` at ${other.storeUrl} (lab pid ${other.pid})`;
  return new LabError(
    'store-running',
    `A store is already running on ${dataDir}${where}. Stop it with Ctrl-C there or with: npm run lab -- down --data-dir ${dataDir}. Or start another one with --data-dir and --port.`,
  );
}

function requireBuilt(specs: readonly ServiceSpec[]): void {
  const missing = specs.map(({ entry }) => entry).find((entry) => !existsSync(entry));
  if (missing !== undefined)
    throw new LabError('not-built', `${missing} does not exist. Build the services first: npm run build`);
}

/** As the frontends read it; a setting that they refuse they refuse at their start. */
function hasLabPage(env: Readonly<Record<string, string>>): boolean {
  const setting = { ...process.env, ...env }['LAB_PAGE'];
  const reading = setting === undefined ? undefined : flag('LAB_PAGE').read(setting);
  return reading?.ok === true ? reading.value : true;
}

function frontendUrls(specs: readonly ServiceSpec[]): readonly [string, ...string[]] {
  const [first, ...further] = specs.filter(({ kind }) => kind === 'frontend').map(({ url }) => url);
  if (first === undefined) throw new TypeError('The topology has no frontend.');
  return [first, ...further];
}
