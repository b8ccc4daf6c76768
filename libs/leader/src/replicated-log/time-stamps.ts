import type { Clock } from '../runtime/clock.js';
import type { TimeStamp } from './log-time.js';

/** Measures this replica's leaderships, for the stamps on what it proposes. */
export class TimeStamps {
  private term = 0;
  private since = 0;

  constructor(private readonly clock: Pick<Clock, 'now' | 'epochMs'>) {}

  /** To be called when this replica leads in `term`; again does no harm. */
  leads(term: number): void {
    if (term === this.term) return;
    this.term = term;
    this.since = this.clock.now();
  }

  stamp(): TimeStamp {
    return { wallMs: this.clock.epochMs(), term: this.term, leadingMs: Math.floor(this.clock.now() - this.since) };
  }
}
