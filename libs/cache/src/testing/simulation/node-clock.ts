/** Below the rounding of a clock's reading: a timer that fires too early by it would be set again, for ever. */
const timerResolutionMs = 1e-6;

/** A process's own monotonic clock, which runs at a rate of its own; time of the world is what the checks count in. */
export class NodeClock {
  constructor(
    private readonly worldNow: () => number,
    private readonly rate: number,
  ) {}

  now(): number {
    return this.worldNow() * this.rate;
  }

  /** When this clock will have reached `reading`. */
  worldTimeOf(reading: number): number {
    return this.rate === 1 ? reading : reading / this.rate + timerResolutionMs;
  }
}
