import autocannon from 'autocannon';
import { cpuMicrosOf } from './cpu-time.js';

export interface LoadOptions {
  readonly url: string;
  /** The server whose CPU time is counted. */
  readonly pid: number;
  readonly seconds: number;
  readonly connections: number;
  readonly headers?: Record<string, string>;
}

export interface LoadFigures {
  readonly requestsPerSecond: number;
  readonly cpuMicrosPerRequest: number;
  readonly p99Ms: number;
}

/** GETs one URL for a while over kept-alive connections. Throws when a single answer is not a success. */
export async function loadGet({ url, pid, seconds, connections, headers }: LoadOptions): Promise<LoadFigures> {
  const cpuBefore = cpuMicrosOf(pid);
  const result = await autocannon({
    url,
    connections,
    duration: seconds,
    ...(headers === undefined ? {} : { headers }),
  });
  const cpuAfter = cpuMicrosOf(pid);
  const answered = result['2xx'];
  if (result.errors + result.non2xx > 0 || answered === 0) {
    throw new Error(
      `${url}: ${result.errors} errors and ${result.non2xx} answers other than 2xx among ${answered}; the figures would be worthless.`,
    );
  }
  return {
    requestsPerSecond: answered / result.duration,
    cpuMicrosPerRequest: (cpuAfter - cpuBefore) / answered,
    p99Ms: result.latency.p99,
  };
}
