import type { AcceptedProposal, ReadAnswer, RejectedProposal } from '@quorumkit/raft';
import type { LeaderError, NotLeaderError } from '../errors/leader-errors.js';
import { rejectionError } from '../errors/rejection-error.js';
import { AppliedWaits } from './applied-waits.js';
import { Flights, type ProposalEnd } from './flights.js';
import { ReadRounds } from './read-rounds.js';

export interface CallerSettings {
  readonly readsMax: number;
  readonly waitsMax: number;
  /** Of the core, for its refusals. */
  readonly maxUncommittedBytes: number;
  readonly now: () => number;
  readonly notLeader: () => NotLeaderError;
  readonly proposalEnded: (end: ProposalEnd, durationMs: number) => void;
}

/** Everybody who waits for something of one replica: each has a deadline, and gets exactly one answer. */
export class Callers {
  readonly flights: Flights;
  readonly reads: ReadRounds;
  readonly waits: AppliedWaits;

  constructor(private readonly settings: CallerSettings) {
    this.flights = new Flights(settings.now, settings.proposalEnded);
    this.reads = new ReadRounds(settings.readsMax);
    this.waits = new AppliedWaits(settings.waitsMax);
  }

  get nextDeadline(): number {
    return Math.min(this.flights.nextDeadline, this.reads.nextDeadline, this.waits.nextDeadline);
  }

  /** The core appended these proposals. */
  accepted(proposals: readonly AcceptedProposal[]): void {
    for (const { id, index, term } of proposals) this.flights.appended(id, index, term);
  }

  /** The core did not append these proposals: they certainly have no effect. */
  rejected(proposals: readonly RejectedProposal[]): void {
    for (const proposal of proposals) this.flights.refuse(proposal.id, rejectionError(proposal, this.settings));
  }

  /** The core has confirmed leadership for these rounds of reads, or could not. */
  readsAnswered(answers: readonly ReadAnswer[]): void {
    for (const { id, index, term } of answers) {
      if (index === undefined) this.reads.refused(id, this.settings.notLeader());
      else this.reads.confirmed(id, { index, term });
    }
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
