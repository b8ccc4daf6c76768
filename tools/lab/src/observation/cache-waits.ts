import { publicRoutes } from '@toystore/contracts';
import type { ServiceStanding } from '../supervision/supervisor.js';
import type { ServicePeer } from './service-peers.js';

/** How long sales and restockings have waited for caches since the catalog's process started, by its own clock. */
export interface CacheWaits {
  /** Of the process whose waits these are: a new one begins at nothing. */
  readonly pid: number;
  readonly waits: number;
  readonly longestMs: number;
  /**
   * The longest without the time in which the process was stopped, blocked or not given a processor: at most the lease,
   * its renewal guard and {@link timerAllowanceMs}.
   */
  readonly longestRunningMs: number;
  /** The sum of all waits, also without that time. */
  readonly totalRunningMs: number;
}

/** Timers are rounded up, and the catalog does not see stalls of less than 25 ms. */
export const timerAllowanceMs = 50;

const deadlineMs = 2_000;
const series = {
  waits: 'cache_publisher_ack_wait_seconds_count',
  longest: 'cache_publisher_ack_wait_seconds_max',
  longestRunning: 'cache_publisher_ack_wait_running_seconds_max',
  totalRunning: 'cache_publisher_ack_wait_running_seconds_total',
} as const;

/** Asks the catalog; undefined when it does not run or does not answer in time. Rejects when it does not know its waits. */
export async function cacheWaitsOf(
  { pid, state }: ServiceStanding,
  { transport }: ServicePeer,
): Promise<CacheWaits | undefined> {
  if (state !== 'running' || pid === null) return undefined;
  const answer = await transport
    .request({ method: 'GET', path: publicRoutes.metrics, deadlineMs })
    .catch((error: unknown) => {
      if (error instanceof Error) return undefined;
      throw error;
    });
  if (answer?.status !== 200) return undefined;
  const text = answer.body.toString('utf8');
  return {
    pid,
    waits: valueOf(text, series.waits),
    longestMs: valueOf(text, series.longest) * 1000,
    longestRunningMs: valueOf(text, series.longestRunning) * 1000,
    totalRunningMs: valueOf(text, series.totalRunning) * 1000,
  };
}

function valueOf(text: string, name: string): number {
  const line = text.split('\n').find((each) => each.startsWith(`${name} `));
  const value = Number(line?.slice(name.length + 1));
  if (line !== undefined && Number.isFinite(value)) return value;
  throw new TypeError(`The catalog's metrics have no number ${name}; is the catalog of the same version as the lab?`);
}
