import type { LeaderError } from '../errors/leader-errors.js';
import { AppliedWaits } from './applied-waits.js';
import { Flights, type ProposalEnd } from './flights.js';
import { ReadRounds } from './read-rounds.js';

export interface CallerLimits {
  readonly readsMax: number;
  readonly waitsMax: number;
}

/** Everybody who waits for something of one replica: each has a deadline, and gets exactly one answer. */
export class Callers {
  readonly flights: Flights;
  readonly reads: ReadRounds;
  readonly waits: AppliedWaits;

  constructor(limits: CallerLimits, now: () => number, proposalEnded: (end: ProposalEnd, durationMs: number) => void) {
    this.flights = new Flights(now, proposalEnded);
    this.reads = new ReadRounds(limits.readsMax);
    this.waits = new AppliedWaits(limits.waitsMax);
  }

  get nextDeadline(): number {
    return Math.min(this.flights.nextDeadline, this.reads.nextDeadline, this.waits.nextDeadline);
  }

  /** Ends the waiting of those whose deadline has come. */
  expire(now: number): void {
    this.flights.expire(now);
    this.reads.expire(now);
    this.waits.expire(now);
  }

  /** The replica has stopped: what it appended is open, everything else certainly did not happen. */
  abandon(stopped: LeaderError): void {
    this.flights.abandon('stopped', undefined);
    this.reads.abandon(stopped);
    this.waits.abandon(stopped);
  }
}
