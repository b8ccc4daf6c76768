import { entryTerm, progressOf } from '../../raft.js';
import type { Observation, SimulatedReplica } from '../simulated-replica.js';
import { PropertyViolation, type Checker } from './checker.js';

/**
 * Raft figure 2, matchIndex: what a leader believes to be replicated on a follower is on that follower's disk, as long
 * as the follower has not moved on to another leader's term. Finds a wrong belief before anything is committed by it.
 */
export class DurableMatches implements Checker {
  constructor(private readonly replicaOf: (id: string) => SimulatedReplica) {}

  observe({ replica, input, after }: Observation): void {
    const { raft } = replica;
    // Only what a follower answers moves the belief about it.
    if (input.kind !== 'message' || raft === undefined || after.role !== 'leader') return;
    if (input.message.kind !== 'appendResponse' && input.message.kind !== 'snapshotResponse') return;
    const progress = progressOf(raft).find(({ peer }) => peer === input.from);
    const matchTerm = progress === undefined ? undefined : entryTerm(raft, progress.matchIndex);
    if (progress === undefined || matchTerm === undefined) return;
    const follower = this.replicaOf(progress.peer);
    if (follower.highestTerm > after.term || follower.disk.storesLost > 0) return;
    if (!follower.disk.hasDurable({ index: progress.matchIndex, term: matchTerm })) {
      throw new PropertyViolation(
        'Durable Matches',
        `${replica.id} believes that ${progress.peer} has entry ${progress.matchIndex} (term ${matchTerm}) on disk`,
      );
    }
  }
}
