import type { Observation } from './simulated-replica.js';

/**
 * A running hash (FNV-1a, 32 bit) of what happened: when, to whom, which input, what came of it. Two runs that differ
 * anywhere differ here with all but certainty; numbers alone go in, so it costs next to nothing.
 */
export class RunHash {
  private state = 0x811c9dc5;

  get value(): string {
    return this.state.toString(16).padStart(8, '0');
  }

  observe(at: number, { replica, input, after, effects }: Observation): void {
    this.mix(Math.floor(at * 1_000_000) | 0);
    this.mix((replica.ordinal << 8) | input.kind.length);
    if (input.kind === 'message') this.mix((input.message.requestId << 5) ^ input.message.kind.length);
    this.mix((after.term << 4) ^ after.role.length);
    this.mix((after.lastLogIndex << 12) ^ after.commitIndex);
    this.mix((effects.send.length << 8) ^ (effects.sendAfterPersist.length << 4) ^ effects.trace.length);
  }

  mix(value: number): void {
    this.state = Math.imul(this.state ^ (value & 0xffff), 0x0100_0193);
    this.state = Math.imul(this.state ^ (value >>> 16), 0x0100_0193) >>> 0;
  }
}
