import type { Entry } from '../../entry.js';
import { entryTerm } from '../../raft.js';
import type { Observation } from '../simulated-replica.js';
import { textOf } from '../text-bytes.js';
import { PropertyViolation, type Checker } from './checker.js';

/**
 * Raft figure 3: if two logs contain an entry with the same index and term, then the logs are identical in all entries
 * up through the given index. Checked by its induction step: wherever an entry (index, term) is ever appended, it has
 * the same contents and the same predecessor.
 */
export class LogMatching implements Checker {
  private readonly seen = new Map<string, string>();

  observe({ replica, effects }: Observation): void {
    const entries = effects.persist?.entries ?? [];
    const first = entries[0];
    if (first === undefined || replica.raft === undefined) return;
    let previousTerm = entryTerm(replica.raft, (first.index - 1) as typeof first.index);
    for (const entry of entries) {
      this.check(replica.id, entry, previousTerm);
      previousTerm = entry.term;
    }
  }

  private check(replica: string, entry: Entry, previousTerm: number | undefined): void {
    const key = `${entry.index} ${entry.term}`;
    const contents = `${entry.kind} ${textOf(entry.data)} after term ${previousTerm}`;
    const known = this.seen.get(key);
    if (known !== undefined && known !== contents) {
      throw new PropertyViolation(
        'Log Matching',
        `entry ${entry.index} of term ${entry.term} is "${contents}" on ${replica} and "${known}" elsewhere`,
      );
    }
    this.seen.set(key, contents);
  }
}
