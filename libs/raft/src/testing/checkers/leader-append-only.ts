import type { Observation } from '../simulated-replica.js';
import { PropertyViolation, type Checker } from './checker.js';

/** Raft figure 3: a leader never overwrites or deletes entries in its log; it only appends new ones. */
export class LeaderAppendOnly implements Checker {
  observe({ replica, before, after, effects }: Observation): void {
    const ledThroughout = before.role === 'leader' && after.role === 'leader' && before.term === after.term;
    if (!ledThroughout) return;
    const { persist } = effects;
    const cut =
      persist?.truncateFrom !== undefined || effects.restore !== undefined || after.lastLogIndex < before.lastLogIndex;
    const first = persist?.entries[0];
    const overwrites = first !== undefined && first.index !== before.lastLogIndex + 1;
    if (cut || overwrites) {
      throw new PropertyViolation(
        'Leader Append-Only',
        `${replica.id} changed its log below ${before.lastLogIndex + 1} while leading term ${after.term}`,
      );
    }
  }
}
