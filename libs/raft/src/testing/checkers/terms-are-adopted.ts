import type { Message } from '../../message.js';
import type { Observation } from '../simulated-replica.js';
import { PropertyViolation, type Checker } from './checker.js';

/**
 * Raft figure 2, rules for all servers: whoever hears of a newer term takes it over and is a follower. Two exceptions
 * belong to the algorithm: a pre-vote is about a term that nobody is in yet, and who hears a live leader ignores a
 * candidate's term (dissertation §4.2.3). Terms never fall.
 */
export class TermsAreAdopted implements Checker {
  observe({ replica, input, before, after }: Observation): void {
    if (after.term < before.term) {
      throw new PropertyViolation(
        'Terms Are Adopted',
        `${replica.id} goes from term ${before.term} back to ${after.term}`,
      );
    }
    if (input.kind !== 'message' || input.message.term <= after.term || isExcepted(input.message)) return;
    throw new PropertyViolation(
      'Terms Are Adopted',
      `${replica.id} stays in term ${after.term} after a ${input.message.kind} of term ${input.message.term}`,
    );
  }
}

function isExcepted({ kind }: Message): boolean {
  return kind === 'preVoteRequest' || kind === 'voteRequest';
}
