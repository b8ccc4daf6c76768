import type { Observation, SimulatedReplica } from '../simulated-replica.js';
import { PropertyViolation, type Checker } from './checker.js';

/**
 * While a leader's `leaseUntil` has not passed, nobody else is elected. Holds only where nothing overrides a voter's
 * loyalty to its leader (hand-overs, wrong hints, restarts) and all clocks run at one speed; runs without such faults
 * are watched by this.
 */
export class LeaderLease implements Checker {
  constructor(private readonly replicas: () => readonly SimulatedReplica[]) {}

  observe({ replica, before, after }: Observation): void {
    if (after.role !== 'leader' || (before.role === 'leader' && before.term === after.term)) return;
    const { now } = replica.clock;
    for (const other of this.replicas()) {
      if (other === replica || other.role !== 'leader') continue;
      const { term, leaseUntil } = other.status;
      if (term < after.term && leaseUntil > now) {
        throw new PropertyViolation(
          'Leader Lease',
          `${replica.id} leads term ${after.term} at ${now.toFixed(1)}, the lease of ${other.id} ends at ${leaseUntil.toFixed(1)}`,
        );
      }
    }
  }
}
