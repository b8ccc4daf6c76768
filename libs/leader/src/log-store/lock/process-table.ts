import { readFileSync, readdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { errorCodeOf } from '../error-code.js';

/** One run of one process. A pid alone does not name it: pids are used again. */
export interface ProcessIdentity {
  readonly pid: number;
  readonly host: string;
  /** When the process started, as the kernel counts it (Linux: clock ticks since boot); undefined where unknown. */
  readonly started: string | undefined;
  /** Which boot of the machine `started` counts from; undefined where unknown. */
  readonly boot: string | undefined;
}

/** What a process table says about a pid now. A paused process runs; a zombie does not: it holds nothing any more. */
export type Sighting = { readonly kind: 'gone' } | { readonly kind: 'running'; readonly started: string | undefined };

/** Who is alive on this machine. A port: tests decide themselves. */
export interface ProcessTable {
  self(): ProcessIdentity;
  look(pid: number): Sighting;
}

export type Verdict =
  | 'alive'
  | 'dead'
  /** On another host: nobody here can tell. */
  | 'elsewhere';

/**
 * Is the process that wrote a lock still there? Errs to `alive`: without start times (not Linux) a process that was
 * given the pid of a dead holder counts as the holder.
 *
 * Non-promise: containers that share a folder *and* a host name but not their pids cannot see each other.
 */
export function judgeHolder(holder: ProcessIdentity, table: ProcessTable): Verdict {
  const self = table.self();
  if (holder.host !== self.host) return 'elsewhere';
  if (holder.boot !== self.boot) return 'dead';
  const sighting = table.look(holder.pid);
  if (sighting.kind === 'gone') return 'dead';
  const isSameRun =
    sighting.started === undefined || holder.started === undefined || sighting.started === holder.started;
  return isSameRun ? 'alive' : 'dead';
}

export const systemProcessTable: ProcessTable = {
  self: () => {
    const sighting = systemProcessTable.look(process.pid);
    return {
      pid: process.pid,
      host: hostname(),
      started: sighting.kind === 'running' ? sighting.started : undefined,
      boot: readProc('/proc/sys/kernel/random/boot_id')?.trim(),
    };
  },
  look: (pid) => {
    const status = readProc(`/proc/${pid}/stat`);
    if (status !== undefined) return parseProcStat(status, () => countThreads(pid));
    try {
      process.kill(pid, 0);
    } catch (error) {
      // EPERM: it exists and belongs to somebody else.
      return errorCodeOf(error) === 'ESRCH' ? { kind: 'gone' } : { kind: 'running', started: undefined };
    }
    return { kind: 'running', started: undefined };
  },
};

/**
 * `/proc/<pid>/stat` (proc(5)): field 3 is the state, field 22 the start time; field 2 may contain spaces and `)`.
 *
 * A killed process whose parent has not collected it yet is a zombie: gone. But the first thread is already a zombie
 * while another one is still inside a write that cannot be interrupted; such a process can still change files.
 */
export function parseProcStat(text: string, countThreads: () => number): Sighting {
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const isZombie = state === 'Z' || state === 'X' || state === 'x';
  return isZombie && countThreads() <= 1 ? { kind: 'gone' } : { kind: 'running', started: fields[19] };
}

function countThreads(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch (error) {
    if (isAbsence(error)) return 0;
    throw error;
  }
}

// Synchronous: procfs answers from memory, and this runs only while a store is being opened.
function readProc(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (isAbsence(error)) return undefined;
    throw error;
  }
}

/** The process is gone, hidden from us, or this system has no procfs. */
function isAbsence(error: unknown): boolean {
  return ['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'ENOTDIR'].includes(errorCodeOf(error) ?? '');
}
