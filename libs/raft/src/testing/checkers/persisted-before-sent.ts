import type { Envelope } from '../../message.js';
import type { SimulatedDisk } from '../simulated-disk.js';
import { PropertyViolation } from './checker.js';

/**
 * Raft figure 2: persistent state is updated on stable storage before a replica answers. When a message leaves, what it
 * promises is on its sender's disk: its term, a vote given or asked for, entries confirmed.
 */
export class PersistedBeforeSent {
  constructor(private readonly diskOf: (id: string) => SimulatedDisk) {}

  observeSent({ from, to, message }: Envelope): void {
    switch (message.kind) {
      case 'voteRequest':
        return this.checkVote(from, from, message.term);
      case 'voteResponse':
        if (message.granted) this.checkVote(from, to, message.term);
        return;
      case 'appendResponse':
        if (message.matchIndex !== undefined) this.checkEntries(from, message.matchIndex, message.term);
        return;
      case 'snapshotResponse':
      case 'appendRequest':
      case 'heartbeatRequest':
        return this.checkTerm(from, message.term);
      default:
        // Pre-votes and answers to heartbeats promise nothing; `RaftState.sendAtOnce` has the argument.
        return;
    }
  }

  private checkTerm(from: string, term: number): void {
    const stored = this.diskOf(from).hardState.term;
    if (stored < term) this.refuse(`${from} speaks in term ${term}, its disk knows term ${stored}`);
  }

  private checkVote(from: string, candidate: string, term: number): void {
    const { hardState } = this.diskOf(from);
    if (hardState.term > term || (hardState.term === term && hardState.votedFor === candidate)) return;
    const stored = `term ${hardState.term}, vote for ${hardState.votedFor ?? 'nobody'}`;
    this.refuse(`${from} votes for ${candidate} in term ${term}, its disk has ${stored}`);
  }

  private checkEntries(from: string, matchIndex: number, term: number): void {
    this.checkTerm(from, term);
    const { lastIndex } = this.diskOf(from);
    // A later leader's entries may have replaced and cut them; then the term on disk is a later one, too.
    if (matchIndex > lastIndex && this.diskOf(from).hardState.term === term) {
      this.refuse(`${from} confirms entry ${matchIndex}, its disk ends at ${lastIndex}`);
    }
  }

  private refuse(detail: string): never {
    throw new PropertyViolation('Persisted Before Sent', detail);
  }
}
