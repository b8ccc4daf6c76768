import type { Server } from 'node:http';

import type { NestFastifyApplication } from '@nestjs/platform-fastify';

import { ClusterSecretError } from '../auth/cluster-secret.js';
import { ConfigError } from '../config/config-error.js';
import { Readiness } from '../health/readiness.js';
import { drainServer } from '../http/drain.js';
import { createJsonLogger, type JsonLogger } from '../log/json-logger.js';

import { type ShutdownHook, ShutdownSequence } from './shutdown-sequence.js';

export interface RunServiceOptions {
  /** How long a graceful shutdown may take before connections are cut, in ms. Default 10000. */
  readonly graceMs?: number;
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
  /** Listens; resolves with the base URL. The app is drained and closed at shutdown. */
  listen(app: NestFastifyApplication, address: { host: string; port: number }): Promise<string>;
  /** Starts the graceful shutdown from within. */
  stop(reason: string): void;
}

const graceMsDefault = 10_000;

/**
 * Runs a service's `main`. A configuration that cannot be used is listed on standard error, exit code 1. SIGTERM and
 * SIGINT end it gracefully with exit code 0: not ready, `beforeShutdown` steps, stop accepting, finish what is in
 * flight, end idle connections and event streams, close the apps (Nest's hooks), `afterShutdown` steps. A second signal
 * ends it at once. What nobody handles ends it with exit code 70 and its stack: restarting is safer than going on.
 */
export async function runService(
  bootstrap: (service: ServiceRun) => Promise<void>,
  { graceMs = graceMsDefault }: RunServiceOptions = {},
): Promise<void> {
  const run = new ProcessRun(graceMs);
  process.on('uncaughtException', (error) => run.crash('uncaught exception', error));
  process.on('unhandledRejection', (error) => run.crash('unhandled rejection', error));
  process.on('SIGTERM', () => run.onSignal('SIGTERM'));
  process.on('SIGINT', () => run.onSignal('SIGINT'));
  try {
    await bootstrap(run);
  } catch (error) {
    run.fail(error);
  }
}

class ProcessRun implements ServiceRun {
  readonly readiness = new Readiness();
  private logger: JsonLogger = createJsonLogger({ level: 'info', worker: 'starting' });
  private readonly before = new ShutdownSequence();
  private readonly after = new ShutdownSequence();
  private readonly apps: NestFastifyApplication[] = [];
  private isStopping = false;

  constructor(private readonly graceMs: number) {}

  useLogger(logger: JsonLogger): void {
    this.logger = logger;
  }

  beforeShutdown(name: string, hook: ShutdownHook): void {
    this.before.add(name, hook);
  }

  afterShutdown(name: string, hook: ShutdownHook): void {
    this.after.add(name, hook);
  }

  async listen(app: NestFastifyApplication, address: { host: string; port: number }): Promise<string> {
    this.apps.push(app);
    await app.listen(address.port, address.host);
    const bound = (app.getHttpServer() as Server).address();
    const port = typeof bound === 'object' && bound !== null ? bound.port : address.port;
    const url = `http://${address.host.includes(':') ? `[${address.host}]` : address.host}:${port}`;
    this.logger.write('info', 'listening', { url });
    return url;
  }

  stop(reason: string): void {
    if (this.isStopping) return;
    this.isStopping = true;
    void this.shutDown(reason).catch((error: unknown) => this.crash('shutdown failed', error));
  }

  onSignal(signal: string): void {
    if (this.isStopping) this.exit(130, 'second signal');
    this.stop(signal);
  }

  crash(message: string, error: unknown): void {
    this.logger.write('error', message, { failure: error });
    this.exit(70, message);
  }

  fail(error: unknown): void {
    if (error instanceof ConfigError || error instanceof ClusterSecretError) {
      process.stderr.write(`${error.message}\n`);
    } else {
      this.logger.write('error', 'the service could not start', { failure: error });
    }
    this.exit(1, 'not started');
  }

  private async shutDown(reason: string): Promise<void> {
    this.logger.write('info', 'shutting down', { reason });
    this.readiness.drain();
    const handedOver = await this.before.run(this.logger, this.graceMs);
    const drained = await Promise.all(this.apps.map((app) => drainServer(app.getHttpServer() as Server, this.graceMs)));
    for (const app of this.apps) await app.close();
    const flushed = await this.after.run(this.logger, this.graceMs);
    const isClean = handedOver && flushed && drained.every(Boolean);
    this.logger.write('info', 'stopped', { clean: isClean });
    this.exit(0, reason);
  }

  private exit(code: number, _reason: string): void {
    this.logger.flush();
    process.exit(code);
  }
}
