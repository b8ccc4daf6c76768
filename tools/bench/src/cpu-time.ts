import { readdirSync, readFileSync } from 'node:fs';

/**
 * CPU time (user and system) that the threads of a process have used so far, in microseconds. Linux only. From the
 * scheduler's own account, in nanoseconds: `/proc/PID/stat` counts in hundredths of a second, too coarse for a short round.
 * A thread that has ended meanwhile is not counted any more.
 */
export function cpuMicrosOf(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`);
  return threads.reduce((sum, thread) => sum + threadNanosOf(pid, thread), 0) / 1000;
}

function threadNanosOf(pid: number, thread: string): number {
  try {
    // Time on a CPU, time waited for one, number of times it ran.
    return Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]);
  } catch (error) {
    // It ended between the listing and this look.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return 0;
    throw error;
  }
}
