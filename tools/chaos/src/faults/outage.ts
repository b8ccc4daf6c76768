import type { Fault } from './fault-plan.js';

/** A fault that was done, with the processes that it hit. Times are `performance.now()`. */
export interface Outage {
  readonly fault: Fault;
  /** The victims by name. */
  readonly names: readonly string[];
  /** Those they were cut off from. */
  readonly counterparts: readonly string[];
  readonly fromMs: number;
  /** When everybody concerned was ready again. */
  readonly untilMs: number;
}

/** As a reader of a report wants it: `12.3 s: catalog cut off from frontend-2, from-victim, 4.1 s`. */
export function describeOutage({ fault, names, counterparts, fromMs }: Outage, startMs: number): string {
  const at = `${((fromMs - startMs) / 1000).toFixed(1)} s: ${names.join(', ')}`;
  const long = `${(fault.downMs / 1000).toFixed(1)} s`;
  switch (fault.kind) {
    case 'kill':
      return `${at} killed for ${long}`;
    case 'pause':
      return `${at} paused for ${long}`;
    case 'suffer':
      return `${at} told to suffer ${JSON.stringify(fault.ailment)} for ${long}`;
    case 'cut':
      return `${at} cut off from ${counterparts.join(', ')} (${fault.loss}${fault.refuse ? ', refused' : ''}) for ${long}`;
  }
}
