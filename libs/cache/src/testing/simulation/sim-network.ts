import type { EventQueue } from './event-queue.js';
import type { Prng } from './prng.js';
import type { Scenario } from './scenario.js';

export type NodeName = 'owner' | `frontend-${number}`;

const usualMs = { min: 1, max: 3 } as const;
const slowMs = { min: 5, max: 50 } as const;

interface Cut {
  readonly since: number;
  readonly until: number;
}

/** Loses, delays, repeats and reorders messages, and cuts links in one direction or both. */
export class SimNetwork {
  private readonly cuts = new Map<NodeName, Map<NodeName, Cut>>();
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
    if (this.cutSince(from, to) !== undefined || (!this.healed && this.random.chance(loss))) return;
    this.runAt(to, this.queue.now + this.delayMs(), arrive);
    if (!this.healed && this.random.chance(duplication)) this.runAt(to, this.queue.now + this.delayOfCopyMs(), arrive);
  }

  cut(from: NodeName, to: NodeName, forMs: number): void {
    const cuts = this.cuts.get(from) ?? new Map<NodeName, Cut>();
    const { now } = this.queue;
    this.cuts.set(from, cuts.set(to, { since: this.cutSince(from, to) ?? now, until: now + forMs }));
  }

  /** Nothing that was sent since then arrives. */
  cutSince(from: NodeName, to: NodeName): number | undefined {
    const cut = this.cuts.get(from)?.get(to);
    return cut === undefined || cut.until <= this.queue.now ? undefined : cut.since;
  }

  /** A message that is not a late copy takes at most as long. */
  get delayMaxMs(): number {
    return this.scenario.slowMessages > 0 ? slowMs.max : usualMs.max;
  }

  /** The process stands still: what arrives waits until it goes on. */
  pause(node: NodeName, forMs: number): void {
    this.pausedUntil.set(node, this.queue.now + forMs);
  }

  /** From now on everything arrives, soon. */
  heal(): void {
    this.healed = true;
    this.cuts.clear();
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

  private delayMs(): number {
    const slow = !this.healed && this.random.chance(this.scenario.slowMessages);
    const { min, max } = slow ? slowMs : usualMs;
    return this.random.integer(min, max);
  }

  private delayOfCopyMs(): number {
    const { lateCopies, leaseMs } = this.scenario;
    return this.random.chance(lateCopies) ? this.random.integer(leaseMs, 3 * leaseMs) : this.delayMs();
  }
}
