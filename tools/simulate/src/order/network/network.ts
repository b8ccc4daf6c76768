import type { VirtualProcess } from '../world/virtual-process.js';
import type { World } from '../world/world.js';

/** What may happen on every link. Probabilities 0 to 1. */
export interface LinkConditions {
  readonly delayMinMs: number;
  readonly delayMaxMs: number;
  readonly loss: number;
  readonly duplication: number;
  /** This share is late by up to `lateMs` more, so that it is overtaken. */
  readonly late: number;
  readonly lateMs: number;
}

export const calmLinks: LinkConditions = {
  delayMinMs: 0.2,
  delayMaxMs: 1.5,
  loss: 0,
  duplication: 0,
  late: 0,
  lateMs: 0,
};

/** Directed links that lose, repeat, delay and reorder, and that can be cut one way or both. */
export class Network {
  conditions: LinkConditions = calmLinks;
  private readonly cuts = new Map<string, number>();

  constructor(readonly world: World) {}

  cut(from: string, to: string, untilMs = Infinity): void {
    this.cuts.set(`${from}>${to}`, untilMs);
  }

  heal(): void {
    this.cuts.clear();
    this.conditions = calmLinks;
  }

  isCut(from: string, to: string): boolean {
    return (this.cuts.get(`${from}>${to}`) ?? -Infinity) > this.world.now;
  }

  /** How long one transmission takes, ms; undefined when it never arrives. A process that is stopped sends later. */
  transmit(from: VirtualProcess, to: string): number | undefined {
    const { prng } = this.world;
    const { delayMinMs, delayMaxMs, loss, late, lateMs } = this.conditions;
    const delay = prng.between(delayMinMs, delayMaxMs) + (prng.chance(late) ? prng.between(0, lateMs) : 0);
    if (this.isCut(from.name, to) || prng.chance(loss)) return undefined;
    return delay + Math.max(0, from.pausedUntil - this.world.now);
  }

  repeats(): boolean {
    return this.world.prng.chance(this.conditions.duplication);
  }
}
