import type { Observation } from '../simulated-replica.js';
import { PropertyViolation, type Checker } from './checker.js';

/**
 * Dissertation §6.4: whoever waits for the answered index before reading sees everything that was committed anywhere
 * when it asked.
 */
export class LinearizableReads implements Checker {
  private readonly committedWhenAsked = new Map<number, number>();
  answered = 0;

  constructor(private readonly committed: () => number) {}

  asked(id: number): void {
    this.committedWhenAsked.set(id, this.committed());
  }

  observe({ replica, effects }: Observation): void {
    for (const { id, index } of effects.reads) {
      const required = this.committedWhenAsked.get(id);
      if (required === undefined) throw new PropertyViolation('Linearizable Reads', `read ${id} was answered twice`);
      this.committedWhenAsked.delete(id);
      if (index === undefined) continue;
      this.answered += 1;
      if (index < required) {
        throw new PropertyViolation(
          'Linearizable Reads',
          `${replica.id} answers ${index}, but ${required} was committed when it was asked`,
        );
      }
    }
  }
}
