import { spawn, type ChildProcess } from 'node:child_process';
import { LabError } from '../lab-error.js';

/** Shell script: waits until its input ends, then continues process `$1`. */
export const continueAtEndOfInput = 'read -r _; kill -CONT "$1"';

/**
 * A stopped process cannot notice that its lab is gone. For as long as one is paused, a small shell waits on a pipe
 * from the lab: the pipe ends with the lab, the shell continues the process, and its orphan guard ends it.
 */
export class PauseWatch {
  readonly #shell: ChildProcess;

  constructor(pid: number) {
    // In a session of its own, so that Ctrl-C in the lab's terminal does not end the watch before the lab.
    this.#shell = spawn('/bin/sh', ['-c', continueAtEndOfInput, 'pause-watch', String(pid)], {
      stdio: ['pipe', 'ignore', 'ignore'],
      detached: true,
    });
    let failure: unknown;
    this.#shell.on('error', (error) => (failure = error));
    if (this.#shell.pid === undefined) {
      throw new LabError(
        'signal-failed',
        `Process ${pid} was not paused: the watch that would wake it if the lab died could not start.`,
        { cause: failure },
      );
    }
    this.#shell.unref();
  }

  /** Ends the watch without continuing the process. */
  end(): void {
    // Killed rather than let go: a late CONT could undo the next pause.
    this.#shell.kill('SIGKILL');
    this.#shell.stdin?.destroy();
  }
}
