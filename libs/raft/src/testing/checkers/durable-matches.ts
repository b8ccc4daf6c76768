import { entryTerm, progressOf } from '../../raft.js';
import type { Observation, SimulatedReplica } from '../simulated-replica.js';
import { PropertyViolation, type Checker } from './checker.js';

/**
 * Raft figure 2, matchIndex: what a leader believes to be replicated on a follower is on that follower's disk, as long
 * as the follower has not moved on to another leader's term. Finds a wrong belief before anything is committed by it.
 */
export class DurableMatches implements Checker {
  constructor(private readonly replicas: () => readonly SimulatedReplica[]) {}

  observe({ replica, input }: Observation): void {
    const { raft } = replica;
    const mayHaveMoved = input.kind === 'message' && input.message.kind.endsWith('Response');
    if (!mayHaveMoved || raft === undefined) return;
    const { term } = replica.status;
    for (const { peer, matchIndex } of progressOf(raft)) {
      const follower = this.replicas().find((other) => other.id === peer);
      const matchTerm = entryTerm(raft, matchIndex);
      if (follower === undefined || matchTerm === undefined || follower.highestTerm > term) continue;
      if (follower.disk.wasWiped) continue;
      if (!follower.disk.hasDurable({ index: matchIndex, term: matchTerm })) {
        throw new PropertyViolation(
          'Durable Matches',
          `${replica.id} believes that ${peer} has entry ${matchIndex} (term ${matchTerm}) on disk`,
        );
      }
    }
  }
}
