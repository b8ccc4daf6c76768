import type { ReplicaId } from '../../ids.js';
import type { Envelope } from '../../message.js';
import type { Observation, SimulatedReplica } from '../simulated-replica.js';
import type { TraceEvent } from '../../trace.js';
import { PropertyViolation, type Checker } from './checker.js';

/** Raft figure 3: at most one leader can be elected in a given term. A member on another store is another server. */
export class ElectionSafety implements Checker {
  private readonly leaders = new Map<number, string>();

  observe({ replica, effects }: Observation): void {
    for (const event of effects.trace) {
      if (event.kind !== 'becameLeader') continue;
      const other = this.leaders.get(event.term);
      const leader = nameOf(replica.id, replica.disk.storeId);
      if (other !== undefined && other !== leader) {
        throw new PropertyViolation('Election Safety', `${other} and ${leader} both lead term ${event.term}`);
      }
      this.leaders.set(event.term, leader);
    }
  }
}

/**
 * Raft figure 2: a replica gives one vote a term, also across restarts; and whoever is elected counted votes that were
 * given to it in that term. Watches what really leaves the processes.
 */
export class OneVoteATerm implements Checker {
  /** By term, then by voter. */
  private readonly votes = new Map<number, Map<string, ReplicaId>>();

  /** @param storeId of the sender. */
  observeSent({ from, to, message }: Envelope, storeId: number): void {
    if (message.kind === 'voteResponse' && message.granted) this.record(nameOf(from, storeId), message.term, to);
    if (message.kind === 'voteRequest') this.record(nameOf(from, storeId), message.term, from);
  }

  observe({ replica, after, effects }: Observation): void {
    for (const event of effects.trace) {
      if (event.kind !== 'becameLeader') continue;
      for (const voter of event.votes) {
        const member = after.members.find(({ id, kind }) => id === voter && kind === 'voter');
        this.checkGiven(
          member === undefined ? `${voter}, no voter,` : nameOf(voter, member.storeId),
          event.term,
          replica.id,
        );
      }
      this.checkOwnVote(replica, event);
    }
  }

  /** A restart must not be able to take back a vote that was counted. */
  private checkOwnVote(
    { id, disk }: SimulatedReplica,
    { term, votes }: Extract<TraceEvent, { kind: 'becameLeader' }>,
  ): void {
    const { hardState } = disk;
    if (!votes.includes(id) || hardState.term > term || (hardState.term === term && hardState.votedFor === id)) return;
    throw new PropertyViolation(
      'One Vote a Term',
      `${id} leads term ${term} by its own vote, which is not on its disk`,
    );
  }

  private checkGiven(voter: string, term: number, leader: ReplicaId): void {
    if (voter === leader || voter.startsWith(`${leader} `)) return;
    if (this.votes.get(term)?.get(voter) === leader) return;
    throw new PropertyViolation(
      'One Vote a Term',
      `${leader} leads term ${term} by a vote that ${voter} did not give it`,
    );
  }

  private record(voter: string, term: number, candidate: ReplicaId): void {
    let ofTerm = this.votes.get(term);
    if (ofTerm === undefined) this.votes.set(term, (ofTerm = new Map<string, ReplicaId>()));
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

function nameOf(id: ReplicaId, storeId: number): string {
  return storeId === 0 ? id : `${id} (store ${storeId})`;
}
