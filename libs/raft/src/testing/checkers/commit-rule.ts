import type { Observation } from '../simulated-replica.js';
import { PropertyViolation, type Checker } from './checker.js';

/**
 * Raft §5.4.2: a leader commits by counting replicas only up to an entry of its own term (figure 8 shows how an older
 * one on a majority can still be overwritten); and a commit index never falls.
 */
export class CommitRule implements Checker {
  observe({ replica, before, after, effects }: Observation): void {
    if (after.commitIndex < before.commitIndex) {
      throw new PropertyViolation(
        'Commit Rule',
        `${replica.id} had committed ${before.commitIndex} and now says ${after.commitIndex}`,
      );
    }
    const last = effects.committed[effects.committed.length - 1];
    if (last === undefined || before.role !== 'leader' || after.role !== 'leader' || before.term !== after.term) return;
    if (last.term !== after.term) {
      throw new PropertyViolation(
        'Commit Rule',
        `${replica.id} leads term ${after.term} and commits ${last.index} of term ${last.term} by counting`,
      );
    }
  }
}
