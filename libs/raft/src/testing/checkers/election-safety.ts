import type { ReplicaId } from '../../ids.js';
import type { Envelope } from '../../message.js';
import type { Observation } from '../simulated-replica.js';
import { PropertyViolation, type Checker } from './checker.js';

/** Raft figure 3: at most one leader can be elected in a given term. */
export class ElectionSafety implements Checker {
  private readonly leaders = new Map<number, ReplicaId>();

  observe({ replica, effects }: Observation): void {
    for (const event of effects.trace) {
      if (event.kind !== 'becameLeader') continue;
      const other = this.leaders.get(event.term);
      if (other !== undefined && other !== replica.id) {
        throw new PropertyViolation('Election Safety', `${other} and ${replica.id} both lead term ${event.term}`);
      }
      this.leaders.set(event.term, replica.id);
    }
  }
}

/**
 * Raft figure 2: a replica gives one vote a term, also across restarts; and whoever is elected counted votes that were
 * given to it in that term. Watches what really leaves the processes.
 */
export class OneVoteATerm implements Checker {
  /** By term, then by voter. */
  private readonly votes = new Map<number, Map<ReplicaId, ReplicaId>>();

  observeSent({ from, to, message }: Envelope): void {
    if (message.kind === 'voteResponse' && message.granted) this.record(from, message.term, to);
    if (message.kind === 'voteRequest') this.record(from, message.term, from);
  }

  observe({ replica, effects }: Observation): void {
    for (const event of effects.trace) {
      if (event.kind !== 'becameLeader') continue;
      for (const voter of event.votes) this.checkGiven(voter, event.term, replica.id);
    }
  }

  private checkGiven(voter: ReplicaId, term: number, leader: ReplicaId): void {
    if (voter === leader || this.votes.get(term)?.get(voter) === leader) return;
    throw new PropertyViolation(
      'One Vote a Term',
      `${leader} leads term ${term} by a vote that ${voter} did not give it`,
    );
  }

  private record(voter: ReplicaId, term: number, candidate: ReplicaId): void {
    let ofTerm = this.votes.get(term);
    if (ofTerm === undefined) this.votes.set(term, (ofTerm = new Map<ReplicaId, ReplicaId>()));
    const other = ofTerm.get(voter);
    if (other !== undefined && other !== candidate) {
      throw new PropertyViolation(
        'One Vote a Term',
        `${voter} voted for ${other} and for ${candidate} in term ${term}`,
      );
    }
    ofTerm.set(voter, candidate);
  }
}
