import { LabError } from '../lab-error.js';
import type { ServiceKind, ServiceSpec } from '../topology/store-topology.js';
import { ManagedProcess, settledWithin, type ProcessExit } from './managed-process.js';
import type { ProcessStanding } from './process-state.js';
import type { ReadinessProbe } from './readiness.js';

export interface ServiceStanding extends ProcessStanding {
  readonly spec: ServiceSpec;
}

export interface NamedProcess {
  readonly name: string;
  readonly pid: number;
}

export interface SupervisorOptions {
  readonly specs: readonly ServiceSpec[];
  readonly probe: ReadinessProbe;
  readonly inheritedEnv?: NodeJS.ProcessEnv;
  /** Told about every process that ends without having been asked to. */
  readonly onUnexpectedExit?: (name: string, exit: ProcessExit) => void;
}

/** Those who ask go first, those who are asked last, so that requests in flight still find their servers. */
const stopOrder: readonly ServiceKind[] = ['frontend', 'order', 'catalog'];
/** Each look costs the process a little of the time it needs to start. */
const readyPollMs = 150;
const exitWaitMs = 15_000;
const logLinesShown = 20;

/**
 * Owns the processes of one store. Restarts nothing by itself: what died stays dead until `start`.
 * Every refusal is a {@link LabError} and has changed nothing.
 */
export class Supervisor {
  readonly #processes: ReadonlyMap<string, ManagedProcess>;
  readonly #probe: ReadinessProbe;

  constructor({ specs, probe, inheritedEnv = process.env, onUnexpectedExit = () => undefined }: SupervisorOptions) {
    this.#probe = probe;
    this.#processes = new Map(
      specs.map((spec) => [
        spec.name,
        new ManagedProcess(spec, {
          inheritedEnv,
          onExit: (exit) => {
            if (!exit.asked) onUnexpectedExit(spec.name, exit);
          },
        }),
      ]),
    );
  }

  services(): readonly ServiceStanding[] {
    return [...this.#processes.values()].map((managed) => ({ ...managed.standing(), spec: managed.spec }));
  }

  start(name: string): NamedProcess {
    return { name, pid: this.#find(name).start() };
  }

  startAll(): readonly NamedProcess[] {
    return [...this.#processes.keys()].map((name) => this.start(name));
  }

  /** Sends the signal. Resolves once the process has ended, or, when it survives the signal or is paused, after a limited wait. */
  async kill(name: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<NamedProcess> {
    const managed = this.#find(name);
    const { state } = managed.standing();
    const { pid, exited } = managed.kill(signal);
    // A paused process acts on anything but KILL only after it is resumed.
    if (signal === 'SIGKILL') await exited;
    else if (state !== 'paused') await settledWithin(exited, exitWaitMs);
    return { name, pid };
  }

  pause(name: string): NamedProcess {
    return { name, pid: this.#find(name).pause() };
  }

  resume(name: string): NamedProcess {
    return { name, pid: this.#find(name).resume() };
  }

  /** Resolves when every named process answers its readiness probe; fails at once when one of them has died. */
  async waitUntilReady(options: { limitMs: number; names?: readonly string[] }): Promise<void> {
    const names = options.names ?? [...this.#processes.keys()];
    const deadline = performance.now() + options.limitMs;
    await Promise.all(names.map((name) => this.#waitForOne(this.#find(name), { deadline, limitMs: options.limitMs })));
  }

  /** Stops everything that runs, kind after kind. Nothing is left behind when it resolves. */
  async stopAll(graceMs = 10_000): Promise<void> {
    for (const kind of stopOrder) {
      const ofKind = [...this.#processes.values()].filter(({ spec }) => spec.kind === kind);
      await Promise.all(ofKind.map((managed) => managed.stop(graceMs)));
    }
  }

  /** Kills everything that runs, at once and without a grace time. */
  async killAll(): Promise<void> {
    await Promise.all([...this.#processes.values()].map((managed) => managed.stop(0)));
  }

  async #waitForOne(managed: ManagedProcess, limit: { deadline: number; limitMs: number }): Promise<void> {
    const { name } = managed.spec;
    let reason = 'it has not answered yet';
    while (performance.now() < limit.deadline) {
      if (managed.standing().state === 'dead') {
        throw new LabError(
          'start-failed',
          withLog(`${name} ended while it was starting${howItEnded(managed.lastExit)}.`, managed),
          { definite: false },
        );
      }
      const answer = await this.#probe(managed.spec);
      if (answer.ready) return;
      reason = answer.reason;
      await new Promise((resolve) => setTimeout(resolve, readyPollMs));
    }
    throw new LabError(
      'not-ready',
      withLog(`${name} was not ready after ${Math.round(limit.limitMs / 1000)} s: ${reason}.`, managed),
      { definite: false },
    );
  }

  #find(name: string): ManagedProcess {
    const managed = this.#processes.get(name);
    if (managed === undefined) {
      throw new LabError(
        'unknown-name',
        `There is no process named '${name}'. Names: ${[...this.#processes.keys()].join(', ')}`,
      );
    }
    return managed;
  }
}

export function howItEnded(exit: ProcessExit | undefined): string {
  if (exit === undefined) return '';
  return exit.signal === null ? ` with exit code ${exit.code}` : ` by ${exit.signal}`;
}

function withLog(message: string, managed: ManagedProcess): string {
  const lines = managed.lastLines(logLinesShown);
  if (lines.length === 0) return `${message} It wrote nothing to its log.`;
  return `${message} Its last log lines:\n${lines.map((line) => `  ${line}`).join('\n')}`;
}
