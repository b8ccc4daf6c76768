import type { EventQueue } from './event-queue.js';
import type { Prng } from './prng.js';
import type { Scenario } from './scenario.js';

export type NodeName = 'owner' | `frontend-${number}`;

/** Loses, delays, repeats and reorders messages, and cuts links in one direction or both. */
export class SimNetwork {
  private readonly cutUntil = new Map<NodeName, Map<NodeName, number>>();
  private readonly pausedUntil = new Map<NodeName, number>();
  private healed = false;

  constructor(
    private readonly queue: EventQueue,
    private readonly random: Prng,
    private readonly scenario: Scenario,
  ) {}

  /** The receiver decides what to do with it when it arrives: it may have crashed meanwhile. */
  send(from: NodeName, to: NodeName, arrive: () => void): void {
    const { loss, duplication } = this.scenario;
    if (this.isCut(from, to) || (!this.healed && this.random.chance(loss))) return;
    this.deliver(to, arrive);
    if (!this.healed && this.random.chance(duplication)) this.deliver(to, arrive);
  }

  cut(from: NodeName, to: NodeName, forMs: number): void {
    const cuts = this.cutUntil.get(from) ?? new Map<NodeName, number>();
    this.cutUntil.set(from, cuts.set(to, this.queue.now + forMs));
  }

  /** The process stands still: what arrives waits until it goes on. */
  pause(node: NodeName, forMs: number): void {
    this.pausedUntil.set(node, this.queue.now + forMs);
  }

  /** From now on everything arrives, soon. */
  heal(): void {
    this.healed = true;
    this.cutUntil.clear();
    this.pausedUntil.clear();
  }

  /** Runs a step of a node at that instant, or when its pause is over. */
  runAt(node: NodeName, at: number, happen: () => void): void {
    this.queue.schedule(at, () => {
      const until = this.pausedUntil.get(node) ?? 0;
      if (until > this.queue.now) this.runAt(node, until, happen);
      else happen();
    });
  }

  private deliver(to: NodeName, arrive: () => void): void {
    const slow = !this.healed && this.random.chance(this.scenario.slowMessages);
    const delay = slow ? this.random.integer(5, 50) : this.random.integer(1, 3);
    this.runAt(to, this.queue.now + delay, arrive);
  }

  private isCut(from: NodeName, to: NodeName): boolean {
    return (this.cutUntil.get(from)?.get(to) ?? 0) > this.queue.now;
  }
}
