import type { Envelope } from '../message.js';
import type { Prng } from '../prng.js';
import type { VirtualClock } from './virtual-clock.js';

/** What may happen to each message on its way. */
export interface NetworkConditions {
  /** A delay is drawn for each message from here, so messages overtake each other. */
  readonly delayMinMs: number;
  readonly delayMaxMs: number;
  /** Probabilities, 0 to 1. */
  readonly loss: number;
  readonly duplication: number;
  /** This share of the messages is late by up to `lateMs` more. */
  readonly late: number;
  readonly lateMs: number;
}

export const calmNetwork: NetworkConditions = {
  delayMinMs: 0.2,
  delayMaxMs: 1,
  loss: 0,
  duplication: 0,
  late: 0,
  lateMs: 0,
};

/** Directed links that lose, repeat, delay and reorder messages, and that can be cut one way or both. */
export class SimulatedNetwork {
  conditions: NetworkConditions = calmNetwork;
  /** For directed scenarios: messages it returns true for disappear. */
  dropIf: (envelope: Envelope) => boolean = () => false;
  /** For directed scenarios: what arrives instead of what was sent. Raft trusts its peers, so lies break it. */
  rewrite: (envelope: Envelope) => Envelope = (envelope) => envelope;
  /** For directed scenarios: sees every message that is sent, before any fault. */
  onSend: (envelope: Envelope) => void = () => undefined;
  delivered = 0;
  private readonly cuts = new Set<string>();

  constructor(
    private readonly clock: VirtualClock,
    private readonly prng: Prng,
    private readonly deliver: (envelope: Envelope) => void,
  ) {}

  send(envelope: Envelope): void {
    const { conditions, prng } = this;
    this.onSend(envelope);
    if (this.dropIf(envelope) || this.isCut(envelope.from, envelope.to) || prng.chance(conditions.loss)) return;
    this.deliverLater(envelope);
    if (prng.chance(conditions.duplication)) this.deliverLater(envelope);
  }

  cutOneWay(from: string, to: string): void {
    this.cuts.add(`${from} ${to}`);
  }

  cut(left: string, right: string): void {
    this.cutOneWay(left, right);
    this.cutOneWay(right, left);
  }

  /** Cuts one side off from the other; within each side everything works. */
  partition(side: readonly string[], otherSide: readonly string[]): void {
    for (const left of side) for (const right of otherSide) this.cut(left, right);
  }

  isCut(from: string, to: string): boolean {
    return this.cuts.has(`${from} ${to}`);
  }

  /** Mends links; what was sent over them meanwhile is lost. */
  heal(): void {
    this.cuts.clear();
  }

  private deliverLater(envelope: Envelope): void {
    const { conditions, prng } = this;
    const lateMs = prng.chance(conditions.late) ? prng.between(0, conditions.lateMs) : 0;
    this.clock.after(prng.between(conditions.delayMinMs, conditions.delayMaxMs) + lateMs, () => {
      if (this.isCut(envelope.from, envelope.to)) return;
      this.delivered += 1;
      this.deliver(this.rewrite(envelope));
    });
  }
}
