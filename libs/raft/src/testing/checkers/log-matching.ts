import type { Entry } from '../../entry.js';
import { entryTerm } from '../../raft.js';
import type { Observation } from '../simulated-replica.js';
import { textOf } from '../text-bytes.js';
import { PropertyViolation, type Checker } from './checker.js';

interface SeenEntry {
  readonly entry: Entry;
  readonly previousTerm: number | undefined;
}

/**
 * Raft figure 3: if two logs contain an entry with the same index and term, then the logs are identical in all entries
 * up through the given index. Checked by its induction step: wherever an entry (index, term) is ever appended, it has
 * the same contents and the same predecessor.
 */
export class LogMatching implements Checker {
  /** By term, then by index. */
  private readonly seen = new Map<number, Map<number, SeenEntry>>();

  observe({ replica, effects }: Observation): void {
    const entries = effects.persist?.entries;
    const first = entries?.[0];
    if (entries === undefined || first === undefined || replica.raft === undefined) return;
    let previousTerm: number | undefined = entryTerm(replica.raft, (first.index - 1) as typeof first.index);
    for (const entry of entries) {
      this.check(replica.id, entry, previousTerm);
      previousTerm = entry.term;
    }
  }

  private check(replica: string, entry: Entry, previousTerm: number | undefined): void {
    let ofTerm = this.seen.get(entry.term);
    if (ofTerm === undefined) this.seen.set(entry.term, (ofTerm = new Map<number, SeenEntry>()));
    const known = ofTerm.get(entry.index);
    if (known === undefined) {
      ofTerm.set(entry.index, { entry, previousTerm });
      return;
    }
    if (known.previousTerm === previousTerm && isSame(known.entry, entry)) return;
    throw new PropertyViolation(
      'Log Matching',
      `entry ${entry.index} of term ${entry.term} is "${contentsOf(entry)} after term ${previousTerm}" on ${replica} ` +
        `and "${contentsOf(known.entry)} after term ${known.previousTerm}" elsewhere`,
    );
  }
}

function isSame(left: Entry, right: Entry): boolean {
  if (left === right) return true;
  // The simulation carries data by reference: nearly always the same array.
  return left.kind === right.kind && (left.data === right.data || textOf(left.data) === textOf(right.data));
}

function contentsOf(entry: Entry): string {
  return `${entry.kind} ${textOf(entry.data)}`;
}
