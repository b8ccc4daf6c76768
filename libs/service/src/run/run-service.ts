import type { Server } from 'node:http';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { ClusterSecretError } from '../auth/cluster-secret.js';
import { ConfigError } from '../config/config-error.js';
import { Readiness } from '../health/readiness.js';
import { drainServer } from '../http/drain.js';
import { markDraining } from '../http/server-factory.js';
import { createJsonLogger, type JsonLogger } from '../log/json-logger.js';

import { ownProcess, type ProcessPort } from './process-port.js';
import { runStep, type ShutdownHook, type ShutdownStep } from './shutdown-sequence.js';

export interface RunServiceOptions {
  /** How long a graceful shutdown may take before connections are cut, in ms. Default 10000. */
  readonly graceMs?: number;
  /** Default: the real process. */
  readonly process?: ProcessPort;
}

/** What a service's `main` works with. */
export interface ServiceRun {
  /** Goes to `HealthModule.forRoot`; not ready from the first signal on. */
  readonly readiness: Readiness;
  /** The logger for start and end; until one is given, a plain one. */
  useLogger(logger: JsonLogger): void;
  /** Adds work that is done while requests are still taken, such as handing leadership over. Last added runs first. */
  beforeShutdown(name: string, hook: ShutdownHook): void;
  /** Adds work that is done when the last request is answered and the apps are closed, such as flushing a store. */
  afterShutdown(name: string, hook: ShutdownHook): void;
  /** Listens; resolves with the base URL. The app is drained and closed at shutdown, last opened first. */
  listen(app: NestFastifyApplication, address: { host: string; port: number }): Promise<string>;
  /** Starts the graceful shutdown from within. */
  stop(reason: string): void;
}

const graceMsDefault = 10_000;
/** What the steps behind the drain get at least, in ms, even if the drain used the whole grace time up. */
const closingMsMin = 1000;

const exitCodes = { stopped: 0, notStarted: 1, crashed: 70, interrupted: 130 } as const;

/**
 * Runs a service's `main`. A configuration that cannot be used is listed on standard error, exit code 1. SIGTERM and
 * SIGINT end it gracefully with exit code 0: not ready, `beforeShutdown` steps (at most half of the grace time), stop
 * accepting, finish what is in flight, end idle connections and event streams, close the apps (Nest's hooks),
 * `afterShutdown` steps. A second signal ends it at once. What nobody handles ends it with exit code 70 and its stack:
 * starting anew from what is on disk is safer than going on.
 */
export async function runService(
  bootstrap: (service: ServiceRun) => Promise<void>,
  { graceMs = graceMsDefault, process = ownProcess }: RunServiceOptions = {},
): Promise<void> {
  const run = new ProcessRun(graceMs, process);
  process.onFailure((kind, error) => run.crash(kind, error));
  process.onSignal('SIGTERM', () => run.onSignal('SIGTERM'));
  process.onSignal('SIGINT', () => run.onSignal('SIGINT'));
  try {
    await bootstrap(run);
  } catch (error) {
    run.fail(error);
  }
}

class ProcessRun implements ServiceRun {
  readonly readiness = new Readiness();
  private logger: JsonLogger = createJsonLogger({ level: 'info', worker: 'starting' });
  private readonly before: ShutdownStep[] = [];
  private readonly after: ShutdownStep[] = [];
  private readonly apps: NestFastifyApplication[] = [];
  private isStopping = false;

  constructor(
    private readonly graceMs: number,
    private readonly process: ProcessPort,
  ) {}

  useLogger(logger: JsonLogger): void {
    this.logger = logger;
  }

  beforeShutdown(name: string, run: ShutdownHook): void {
    this.before.unshift({ name, run });
  }

  afterShutdown(name: string, run: ShutdownHook): void {
    this.after.unshift({ name, run });
  }

  async listen(app: NestFastifyApplication, { host, port }: { host: string; port: number }): Promise<string> {
    this.apps.unshift(app);
    await app.listen(port, host);
    const bound = (app.getHttpServer() as Server).address();
    const actual = typeof bound === 'object' && bound !== null ? bound.port : port;
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${actual}`;
    this.logger.write('info', 'listening', { url });
    return url;
  }

  stop(reason: string): void {
    if (this.isStopping) return;
    this.isStopping = true;
    this.shutDown(reason).then(
      () => this.exit(exitCodes.stopped),
      (error: unknown) => this.crash('uncaught exception', error),
    );
  }

  onSignal(signal: string): void {
    if (this.isStopping) {
      this.logger.write('warn', 'stopped by a second signal', { signal });
      this.exit(exitCodes.interrupted);
      return;
    }
    this.stop(signal);
  }

  crash(message: string, failure: unknown): void {
    this.logger.write('error', message, { failure });
    this.exit(exitCodes.crashed);
  }

  fail(error: unknown): void {
    // What is wrong with the settings is for people to read; the rest is for the log.
    if (error instanceof ConfigError || error instanceof ClusterSecretError)
      this.process.writeError(`${error.message}\n`);
    else this.logger.write('error', 'the service could not start', { failure: error });
    this.exit(exitCodes.notStarted);
  }

  private async shutDown(reason: string): Promise<void> {
    const startedMs = performance.now();
    const remainingMs = (): number => Math.max(closingMsMin, startedMs + this.graceMs - performance.now());
    this.logger.write('info', 'shutting down', { reason });
    this.readiness.drain();
    for (const app of this.apps) markDraining(app.getHttpServer() as Server);
    const beforeEndMs = startedMs + this.graceMs / 2;
    let isClean = await this.runAll(this.before, () => Math.max(0, beforeEndMs - performance.now()));
    const drained = await Promise.all(
      this.apps.map((app) => drainServer(app.getHttpServer() as Server, remainingMs())),
    );
    isClean = drained.every(Boolean) && isClean;
    const closing = this.apps.map((app): ShutdownStep => ({ name: 'close the app', run: () => app.close() }));
    isClean = (await this.runAll([...closing, ...this.after], remainingMs)) && isClean;
    this.logger.write('info', 'stopped', { clean: isClean, durationMs: Math.round(performance.now() - startedMs) });
  }

  private async runAll(steps: readonly ShutdownStep[], timeoutMs: () => number): Promise<boolean> {
    let isClean = true;
    for (const step of steps) isClean = (await runStep(step, timeoutMs(), this.logger)) && isClean;
    return isClean;
  }

  private exit(code: number): void {
    this.logger.flush();
    this.process.exit(code);
  }
}
