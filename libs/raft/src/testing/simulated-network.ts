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

/** Whatever travels: replicas' messages, or those of the services around them. */
export interface Addressed {
  readonly from: string;
  readonly to: string;
}

/** Directed links that lose, repeat, delay and reorder messages, and that can be cut one way or both. */
export class SimulatedNetwork<E extends Addressed = Envelope> {
  /** Of every link that has none of its own. */
  conditions: NetworkConditions = calmNetwork;
  /** For directed scenarios: messages it returns true for disappear. */
  dropIf: (envelope: E) => boolean = () => false;
  /** For directed scenarios: what arrives instead of what was sent. Raft trusts its peers, so lies break it. */
  rewrite: (envelope: E) => E = (envelope) => envelope;
  /** For directed scenarios: sees every message that is sent, before any fault. */
  onSend: (envelope: E) => void = () => undefined;
  delivered = 0;
  private readonly links = new Map<string, Map<string, Link>>();
  private faulty = false;

  constructor(
    private readonly clock: VirtualClock,
    private readonly prng: Prng,
    private readonly deliver: (envelope: E) => void,
  ) {}

  send(envelope: E): void {
    this.onSend(envelope);
    if (this.dropIf(envelope)) return;
    const link = this.faulty ? this.linkOf(envelope.from, envelope.to) : undefined;
    if (link !== undefined && this.clock.now < link.cutUntil) return;
    const conditions = link !== undefined && this.clock.now < link.badUntil ? link.conditions : this.conditions;
    const { prng } = this;
    if (conditions.loss > 0 && prng.chance(conditions.loss)) return;
    this.deliverLater(envelope, conditions);
    if (conditions.duplication > 0 && prng.chance(conditions.duplication)) this.deliverLater(envelope, conditions);
  }

  cutOneWay(from: string, to: string, forMs = Number.POSITIVE_INFINITY): void {
    const link = this.linkOf(from, to);
    link.cutUntil = Math.max(link.cutUntil, this.clock.now + forMs);
  }

  cut(left: string, right: string, forMs = Number.POSITIVE_INFINITY): void {
    this.cutOneWay(left, right, forMs);
    this.cutOneWay(right, left, forMs);
  }

  /** Cuts one side off from the other; within each side everything works. */
  partition(side: readonly string[], otherSide: readonly string[], forMs = Number.POSITIVE_INFINITY): void {
    for (const left of side) for (const right of otherSide) this.cut(left, right, forMs);
  }

  /** Conditions of one direction of one link. */
  degrade(from: string, to: string, conditions: NetworkConditions, forMs: number): void {
    const link = this.linkOf(from, to);
    link.conditions = conditions;
    link.badUntil = this.clock.now + forMs;
  }

  isCut(from: string, to: string): boolean {
    const link = this.links.get(from)?.get(to);
    return link !== undefined && this.clock.now < link.cutUntil;
  }

  /** Mends links; what was sent over them meanwhile is lost. */
  heal(): void {
    this.links.clear();
    this.faulty = false;
  }

  private linkOf(from: string, to: string): Link {
    this.faulty = true;
    let outgoing = this.links.get(from);
    if (outgoing === undefined) this.links.set(from, (outgoing = new Map<string, Link>()));
    let link = outgoing.get(to);
    if (link === undefined) outgoing.set(to, (link = { cutUntil: 0, badUntil: 0, conditions: calmNetwork }));
    return link;
  }

  private deliverLater(envelope: E, conditions: NetworkConditions): void {
    const { prng } = this;
    const lateMs = conditions.late > 0 && prng.chance(conditions.late) ? prng.between(0, conditions.lateMs) : 0;
    this.clock.after(prng.between(conditions.delayMinMs, conditions.delayMaxMs) + lateMs, () => {
      if (this.faulty && this.isCut(envelope.from, envelope.to)) return;
      this.delivered += 1;
      this.deliver(this.rewrite(envelope));
    });
  }
}

interface Link {
  cutUntil: number;
  badUntil: number;
  conditions: NetworkConditions;
}
