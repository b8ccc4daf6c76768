import { wishFault, type FaultedProcess, type FaultWish } from '../faults/process-faults.js';
import { LabError } from '../lab-error.js';
import type { CutReport, FaultNetwork } from '../network/fault-network.js';
import type { ProcessPair } from '../network/link-table.js';
import { explainAt, requireProductName, type ExplainReport } from '../observation/explain-product.js';
import { type CacheWaits, cacheWaitsOf } from '../observation/cache-waits.js';
import { observeService } from '../observation/observe-service.js';
import type { ServicePeers } from '../observation/service-peers.js';
import { reportStatus, unobserved, type StatusReport } from '../observation/status-report.js';
import type { NamedProcess, ServiceStanding, Supervisor } from '../supervision/supervisor.js';
import type { StoreMembers } from '../verification/take-snapshot.js';
import { takeSnapshot } from '../verification/take-snapshot.js';
import type { VerifyReport } from '../verification/verify-report.js';
import { verifyStore, type VerifyOptions } from '../verification/verify-store.js';

/** Who asks for the leader in the middle of an election means the next one. */
const leaderWaitMs = 3_000;
const leaderPollMs = 100;

/**
 * A running store on this machine. Restarts nothing by itself: what was killed stays dead until {@link start}.
 * Refusals are {@link LabError}s with a `code`. Names are `catalog`, `order-1` … `order-3`, `frontend`, `frontend-2` ….
 */
export class LocalStore {
  /** The public address of every frontend, `http://127.0.0.1:<port>`, in the order of their names. */
  readonly urls: readonly [string, ...string[]];
  /** The lab page of every frontend that has one, for whoever may kill: the fragments hold the lab's token. */
  readonly pageUrls: readonly string[];
  readonly #supervisor: Supervisor;
  readonly #peers: ServicePeers;
  readonly #network: FaultNetwork | undefined;
  readonly #release: () => Promise<void>;
  /** Resolves when the store has been stopped, whoever asked for it. */
  readonly stopped: Promise<void>;
  #noteStopped: () => void = () => undefined;
  #stopping: Promise<void> | undefined;

  constructor(options: {
    urls: readonly [string, ...string[]];
    pageUrls: readonly string[];
    supervisor: Supervisor;
    peers: ServicePeers;
    network?: FaultNetwork;
    release: () => Promise<void>;
  }) {
    this.urls = options.urls;
    this.pageUrls = options.pageUrls;
    this.#supervisor = options.supervisor;
    this.#peers = options.peers;
    this.#network = options.network;
    this.#release = options.release;
    this.stopped = new Promise((resolve) => {
      this.#noteStopped = resolve;
    });
  }

  /** The public address of the first frontend. */
  get url(): string {
    return this.urls[0];
  }

  /** Every process with its pid and state, as the supervisor knows them; asks nobody. */
  get services(): readonly ServiceStanding[] {
    return this.#supervisor.services();
  }

  /** Ends a process, by default with SIGKILL, and resolves once it is gone. `leader` is whoever leads the order group now. */
  async kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<NamedProcess> {
    return this.#supervisor.kill(await this.#resolve(name), signal);
  }

  /** Starts a dead process. It is running, not necessarily ready, when this returns. */
  start(name: string): NamedProcess {
    if (this.#stopping !== undefined) throw new LabError('no-store', 'The store is being stopped.');
    return this.#supervisor.start(name);
  }

  /** Stops a process in its tracks with SIGSTOP: its connections stay open and it answers nothing. */
  async pause(name: string): Promise<NamedProcess> {
    return this.#supervisor.pause(await this.#resolve(name));
  }

  resume(name: string): NamedProcess {
    return this.#supervisor.resume(name);
  }

  /**
   * Cuts the network between two processes, of which either may be `leader`; only for a store that was started with `faults`.
   * Bytes vanish without a word and connections stay open; with `refuse` connections are reset and refused instead.
   * `oneWay`: only what goes from `a` to `b`. Resolves to all cuts in force. Cuts add up.
   */
  async cut(a: string, b: string, how: { oneWay?: boolean; refuse?: boolean } = {}): Promise<CutReport> {
    const network = this.#faulty();
    return network.cut({
      a: await this.#resolve(a),
      b: await this.#resolve(b),
      oneWay: how.oneWay ?? false,
      refuse: how.refuse ?? false,
    });
  }

  /** Undoes the cuts between the pair, or all of them. What was held on open connections arrives now. */
  async heal(pair?: ProcessPair): Promise<CutReport> {
    return this.#faulty().heal(pair);
  }

  /**
   * Arms a fault in an order replica (also `leader`) or the catalog, or shows or clears what is armed; only for a store that
   * was started with `faults`. Resolves to what is armed there then, and what the faults have done so far.
   */
  async fault(name: string, wish: FaultWish): Promise<FaultedProcess> {
    this.#faulty();
    const resolved = await this.#resolve(name);
    const standing = this.#supervisor.services().find((service) => service.name === resolved);
    if (standing === undefined) {
      const names = this.#supervisor.services().map((service) => service.name);
      throw new LabError('unknown-name', `There is no process named '${resolved}'. Names: ${names.join(', ')}`);
    }
    return wishFault(standing, this.#peers.peer(resolved), wish);
  }

  waitUntilReady(options: { limitMs: number; names?: readonly string[] }): Promise<void> {
    return this.#supervisor.waitUntilReady(options);
  }

  /** What every process says about itself. Takes up to two seconds for one that does not answer. */
  async status(): Promise<StatusReport> {
    const standings = this.#supervisor.services();
    return reportStatus(
      await Promise.all(
        standings.map(async (standing) => ({
          standing,
          // A dead or paused process cannot answer; asking it would only cost the time limit.
          observation:
            standing.state === 'running' ? await observeService(this.#peers.peer(standing.name)) : unobserved,
        })),
      ),
      this.#network?.cuts,
    );
  }

  /** How the cache of every frontend stands to a product, and what a request for it would meet now. Changes nothing. */
  async explain(product: string): Promise<ExplainReport> {
    const name = requireProductName(product);
    const frontends = this.#supervisor.services().filter(({ spec }) => spec.kind === 'frontend');
    return {
      product: name,
      frontends: await Promise.all(
        frontends.map((standing) => explainAt(standing, this.#peers.peer(standing.name), name)),
      ),
    };
  }

  /** How long sales have waited for caches since the catalog started; undefined while it does not answer. */
  async cacheWaits(): Promise<CacheWaits | undefined> {
    const catalog = this.#supervisor.services().find(({ spec }) => spec.kind === 'catalog');
    return catalog && cacheWaitsOf(catalog, this.#peers.peer(catalog.name));
  }

  /** Waits until the store is at rest, then checks every invariant on the running replicas and the catalog. */
  verify(options: VerifyOptions = {}): Promise<VerifyReport> {
    return verifyStore(() => takeSnapshot(this.#members()), options);
  }

  /** Stops every process gracefully; those that have not ended after `graceMs` (default 10000) are killed. Resolves when nothing is left. */
  stop(options: { graceMs?: number } = {}): Promise<void> {
    this.#stopping ??= this.#stop(options.graceMs);
    return this.#stopping;
  }

  /** Stops every process at once, also while a graceful stop is under way. */
  async stopNow(): Promise<void> {
    const stopping = this.stop({ graceMs: 0 });
    await this.#supervisor.killAll();
    return stopping;
  }

  async #stop(graceMs: number | undefined): Promise<void> {
    try {
      await this.#supervisor.stopAll(graceMs);
      await this.#network?.close();
      await this.#peers.close();
      await this.#release();
    } finally {
      this.#noteStopped();
    }
  }

  #faulty(): FaultNetwork {
    if (this.#network !== undefined) return this.#network;
    throw new LabError(
      'not-available',
      'This store was started without faults. Stop it (npm run lab -- down) and start it so that it can suffer some: npm start -- --faults',
    );
  }

  async #resolve(name: string): Promise<string> {
    if (name !== 'leader') return name;
    const deadline = performance.now() + leaderWaitMs;
    for (;;) {
      const { leader } = await this.status();
      if (leader !== null) return leader;
      if (performance.now() >= deadline)
        throw new LabError(
          'no-leader',
          `No order replica leads, nor did one within ${leaderWaitMs / 1000} s. Name one, or look: npm run lab -- status`,
        );
      await new Promise((resolve) => setTimeout(resolve, leaderPollMs));
    }
  }

  #members(): StoreMembers {
    const running = this.#supervisor.services().filter(({ state }) => state === 'running');
    const ofKind = (kind: string) =>
      running.filter(({ spec }) => spec.kind === kind).map(({ name }) => this.#peers.peer(name));
    return { catalog: ofKind('catalog')[0], replicas: ofKind('order') };
  }
}
