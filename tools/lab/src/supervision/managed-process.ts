import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { LabError } from '../lab-error.js';
import type { ServiceSpec } from '../topology/store-topology.js';
import { PauseWatch } from './pause-watch.js';
import { forgetPid, notePid } from './pid-file.js';
import { decideAction, type ProcessStanding, type ProcessState } from './process-state.js';
import { lastLogLines, openServiceLog, serviceLogPath } from './service-log.js';

const orphanGuard = new URL('../../preload/orphan-guard.mjs', import.meta.url).href;

/** How a process ended. */
export interface ProcessExit {
  readonly pid: number;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** True when the lab had been told to end it. */
  readonly asked: boolean;
}

interface Run {
  readonly child: ChildProcess;
  readonly pid: number;
  readonly logOffset: number;
  readonly exited: Promise<ProcessExit>;
  asked: boolean;
  watch: PauseWatch | undefined;
}

/** One process of the store: started, paused, resumed and ended only through this object, which therefore knows its state. */
export class ManagedProcess {
  readonly spec: ServiceSpec;
  readonly #inheritedEnv: NodeJS.ProcessEnv;
  readonly #onExit: (exit: ProcessExit) => void;
  #run: Run | undefined;
  #state: ProcessState = 'dead';
  #lastExit: ProcessExit | undefined;
  #lastLogOffset = 0;

  constructor(spec: ServiceSpec, options: { inheritedEnv: NodeJS.ProcessEnv; onExit: (exit: ProcessExit) => void }) {
    this.spec = spec;
    this.#inheritedEnv = options.inheritedEnv;
    this.#onExit = options.onExit;
  }

  standing(): ProcessStanding {
    return { name: this.spec.name, state: this.#state, pid: this.#run?.pid ?? null };
  }

  get lastExit(): ProcessExit | undefined {
    return this.#lastExit;
  }

  /** The last lines that the current or latest run wrote. */
  lastLines(linesMax: number): readonly string[] {
    return lastLogLines(this.spec.dataDir, this.#run?.logOffset ?? this.#lastLogOffset, linesMax);
  }

  /** Starts the process; it is running, not yet ready, when this returns its pid. */
  start(): number {
    const next = decideAction('start', this.standing());
    const log = openServiceLog(this.spec.dataDir);
    let child: ChildProcess;
    let spawnFailure: unknown;
    try {
      child = spawn(process.execPath, ['--enable-source-maps', '--import', orphanGuard, fileOf(this.spec.entry)], {
        env: { ...this.#inheritedEnv, ...this.spec.env },
        stdio: ['ignore', log.fd, log.fd, 'ipc'],
        // A process group of its own: Ctrl-C reaches the lab alone, which then stops the processes in order.
        detached: true,
      });
    } finally {
      closeSync(log.fd);
    }
    child.on('error', (error) => (spawnFailure = error));
    const pid = child.pid;
    if (pid === undefined) {
      throw new LabError(
        'start-failed',
        `${this.spec.name} could not be started. Its log: ${serviceLogPath(this.spec.dataDir)}`,
        { cause: spawnFailure },
      );
    }
    const exited = new Promise<ProcessExit>((resolve) => {
      child.once('exit', (code, signal) => resolve(this.#ended({ pid, code, signal, asked: run.asked })));
    });
    const run: Run = { child, pid, logOffset: log.offset, exited, asked: false, watch: undefined };
    notePid(this.spec.dataDir, pid);
    this.#run = run;
    this.#lastLogOffset = log.offset;
    this.#state = next;
    return pid;
  }

  /** Sends SIGSTOP and keeps a watch that wakes the process should the lab die. */
  pause(): number {
    const next = decideAction('pause', this.standing());
    const run = this.#running();
    run.watch = new PauseWatch(run.pid);
    this.#deliver(run, 'SIGSTOP');
    this.#state = next;
    return run.pid;
  }

  resume(): number {
    const next = decideAction('resume', this.standing());
    const run = this.#running();
    this.#endWatch(run);
    this.#deliver(run, 'SIGCONT');
    this.#state = next;
    return run.pid;
  }

  /** Sends `signal` and returns the pid with a promise of the exit, which a signal other than KILL may never bring. */
  kill(signal: NodeJS.Signals): { pid: number; exited: Promise<ProcessExit> } {
    decideAction('kill', this.standing());
    const run = this.#running();
    run.asked = true;
    this.#deliver(run, signal);
    return { pid: run.pid, exited: run.exited };
  }

  /** Ends the process if it runs: TERM (a paused one is continued first), then KILL after `graceMs`. */
  async stop(graceMs: number): Promise<void> {
    const run = this.#run;
    if (run === undefined) return;
    run.asked = true;
    run.child.kill('SIGTERM');
    if (this.#state === 'paused') run.child.kill('SIGCONT');
    if (await settledWithin(run.exited, graceMs)) return;
    run.child.kill('SIGKILL');
    await run.exited;
  }

  #running(): Run {
    if (this.#run === undefined) throw new LabError('already-dead', `${this.spec.name} is dead.`);
    return this.#run;
  }

  #deliver(run: Run, signal: NodeJS.Signals): void {
    // False when the process has just ended by itself; its exit event is on the way.
    if (!run.child.kill(signal)) {
      throw new LabError(
        'signal-failed',
        `${signal} did not reach ${this.spec.name} (pid ${run.pid}): it has just ended by itself.`,
      );
    }
  }

  #endWatch(run: Run): void {
    run.watch?.end();
    run.watch = undefined;
  }

  #ended(exit: ProcessExit): ProcessExit {
    if (this.#run !== undefined) this.#endWatch(this.#run);
    forgetPid(this.spec.dataDir);
    this.#run = undefined;
    this.#state = 'dead';
    this.#lastExit = exit;
    this.#onExit(exit);
    return exit;
  }
}

function fileOf(entry: string): string {
  return entry.startsWith('file:') ? fileURLToPath(entry) : entry;
}

/** Whether `promise` settled before `limitMs` passed; the timer never outlives the answer. */
export async function settledWithin(promise: Promise<unknown>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  try {
    return await Promise.race([promise.then(() => true), late]);
  } finally {
    clearTimeout(timer);
  }
}
