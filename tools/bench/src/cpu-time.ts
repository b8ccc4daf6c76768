import { readFileSync } from 'node:fs';

/** The kernel's USER_HZ: the unit of the times in /proc/PID/stat on every Linux that Node runs on. */
const ticksPerSecond = 100;

/** CPU time (user and system, all threads) that a process has used so far, in microseconds. Linux only. */
export function cpuMicrosOf(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The command name may hold spaces and parentheses: fields are counted from the last one.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = Number(fields[11]) + Number(fields[12]);
  return (ticks * 1_000_000) / ticksPerSecond;
}
