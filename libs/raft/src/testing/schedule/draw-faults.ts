import type { Prng } from '../../prng.js';
import type { NetworkConditions } from '../simulated-network.js';
import type { Direction, Fault, TimedFault, Victim } from './fault.js';

export const recipes = [
  'kill',
  'killLeader',
  'killAll',
  'quickRestart',
  'electionStorm',
  'pause',
  'pauseLeader',
  'cut',
  'cutOneWay',
  'isolate',
  'isolateLeader',
  'deafLeader',
  'muteLeader',
  'split',
  'ring',
  'flap',
  'heal',
  'badNetwork',
  'badLink',
  'slowDisk',
  'failDisk',
  'jumpClock',
  'driftClock',
  'wrongGone',
  'nominate',
  'forgetLeader',
  'transfer',
  'stepDown',
  'loseStore',
  'flipBit',
  'changeMembers',
] as const;

/** What a schedule may do to a group, each of one or more faults. */
export type Recipe = (typeof recipes)[number];

export interface FaultLimits {
  readonly replicas: readonly string[];
  /** Replicas that may be added to the group. */
  readonly spares: readonly string[];
  readonly durationMs: number;
  readonly recipes: readonly Recipe[];
  /** Mean time between two recipes, ms. */
  readonly meanPauseMs: number;
  /** The heartbeat interval; faults that matter last a few of them. */
  readonly heartbeatMs: number;
}

/** Draws the whole script of a schedule. Times rise. */
export function drawFaults(prng: Prng, limits: FaultLimits): readonly TimedFault[] {
  const drawing = new FaultDrawing(prng, limits);
  return drawing.draw();
}

class FaultDrawing {
  private readonly faults: TimedFault[] = [];
  private at = 0;

  constructor(
    private readonly prng: Prng,
    private readonly limits: FaultLimits,
  ) {}

  draw(): readonly TimedFault[] {
    const { durationMs, meanPauseMs } = this.limits;
    if (this.limits.recipes.length === 0) return [];
    for (;;) {
      this.at += this.prng.between(0.1, 2) * meanPauseMs;
      if (this.at >= durationMs) break;
      this.follow(this.oneOf(this.limits.recipes));
    }
    return this.faults.filter(({ atMs }) => atMs < durationMs).sort((left, right) => left.atMs - right.atMs);
  }

  private follow(recipe: Recipe): void {
    const { prng } = this;
    switch (recipe) {
      case 'kill':
        return this.add({ kind: 'kill', victim: this.any(), downMs: this.span(1, 1500) });
      case 'killLeader':
        return this.add({ kind: 'kill', victim: 'leader', downMs: this.span(1, 1500) });
      case 'killAll':
        if (prng.chance(0.3)) this.add({ kind: 'killAll', downMs: this.limits.replicas.map(() => this.span(1, 1500)) });
        return;
      case 'quickRestart':
        return this.add({ kind: 'kill', victim: this.any(), downMs: this.span(0.1, 10) });
      case 'electionStorm':
        return this.addElectionStorm();
      case 'pause':
        return this.add({ kind: 'pause', victim: this.any(), forMs: this.span(10, 2500) });
      case 'pauseLeader':
        return this.add({ kind: 'pause', victim: 'leader', forMs: this.span(10, 2500) });
      case 'cut':
        return this.add({ kind: 'cut', from: this.any(), to: this.any(), oneWay: false, forMs: this.partitionMs() });
      case 'cutOneWay':
        return this.add({ kind: 'cut', from: this.any(), to: this.any(), oneWay: true, forMs: this.partitionMs() });
      case 'isolate':
        return this.isolate(this.any(), 'both');
      case 'isolateLeader':
        return this.isolate('leader', 'both');
      case 'deafLeader':
        return this.isolate('leader', 'in');
      case 'muteLeader':
        return this.isolate('leader', 'out');
      case 'split':
        return this.add({ kind: 'split', side: this.some(0.5), forMs: this.partitionMs() });
      case 'ring':
        return this.add({ kind: 'ring', forMs: this.partitionMs() });
      case 'flap':
        return this.addFlapping();
      case 'heal':
        return this.add({ kind: 'heal' });
      case 'badNetwork':
        return this.add({ kind: 'badNetwork', conditions: this.conditions(), forMs: this.span(50, 2000) });
      case 'badLink':
        return this.add({
          kind: 'badLink',
          from: this.any(),
          to: this.any(),
          conditions: this.conditions(),
          forMs: this.span(50, 2000),
        });
      case 'slowDisk':
        return this.add({
          kind: 'slowDisk',
          victim: prng.chance(0.3) ? 'leader' : this.any(),
          conditions: { syncMinMs: this.span(0.1, 20), syncMaxMs: this.span(20, 1500) },
          forMs: this.span(50, 2500),
        });
      case 'failDisk':
        return this.add({
          kind: 'failDisk',
          victim: prng.chance(0.5) ? 'leader' : this.any(),
          downMs: this.span(1, 1000),
        });
      case 'jumpClock':
        return this.add({
          kind: 'jumpClock',
          victim: this.any(),
          byMs: prng.chance(0.6) ? this.span(1, 5000) : -this.span(1, 1000),
        });
      case 'driftClock':
        return this.add({
          kind: 'driftClock',
          victim: this.any(),
          speed: rounded(prng.between(0.5, 2)),
          forMs: this.span(100, 3000),
        });
      case 'wrongGone':
        return this.add({ kind: 'wrongGone', victim: this.any(), peer: prng.chance(0.5) ? 'leader' : this.any() });
      case 'nominate':
        return this.add({ kind: 'nominate', victim: this.any(), termOffset: prng.integer(-1, 2) });
      case 'forgetLeader':
        return this.add({ kind: 'forgetLeader', victims: this.some(0.7), termOffset: prng.integer(-1, 2) });
      case 'transfer':
        return this.add({ kind: 'transfer', target: prng.chance(0.5) ? undefined : this.any() });
      case 'stepDown':
        return this.add({ kind: 'stepDown' });
      case 'loseStore':
        return this.add({
          kind: 'loseStore',
          victim: prng.chance(0.3) ? 'leader' : this.any(),
          downMs: this.span(1, 300),
        });
      case 'flipBit':
        return this.addFlippedBit();
      case 'changeMembers':
        return this.addMembershipChanges();
    }
  }

  /**
   * Many candidates at once, dying and coming back while votes are on their way: the leader goes, nobody believes in it
   * any more, and several are nominated at nearly one moment, before they can hear of each other.
   */
  private addElectionStorm(): void {
    const { prng, limits } = this;
    if (prng.chance(0.6)) this.add({ kind: 'kill', victim: 'leader', downMs: this.span(1, 1500) });
    else this.add({ kind: 'isolate', victim: 'leader', direction: 'both', forMs: this.partitionMs() });
    const start = prng.between(0, 4 * limits.heartbeatMs);
    this.add({ kind: 'forgetLeader', victims: limits.replicas, termOffset: 0 }, start);
    for (const victim of limits.replicas) {
      const nominatedAt = start + prng.between(0, prng.chance(0.5) ? 1 : 8);
      this.add({ kind: 'nominate', victim, termOffset: 0 }, nominatedAt);
      if (prng.chance(0.5)) {
        this.add({ kind: 'kill', victim, downMs: this.span(0.1, 5) }, nominatedAt + prng.between(0.5, 10));
      }
    }
  }

  /** Mostly found soon, by a restart of the victim; otherwise whenever it happens to start again. */
  private addFlippedBit(): void {
    const { prng } = this;
    const victim = prng.chance(0.3) ? 'leader' : this.any();
    this.add({ kind: 'flipBit', victim, place: prng.chance(0.3) ? 1 : rounded(prng.between(0, 1)) });
    if (prng.chance(0.8)) this.add({ kind: 'kill', victim, downMs: this.span(1, 300) }, this.span(0.1, 200));
  }

  /** Somebody comes or goes; mostly the group ends as large as it was, or it would soon be too small for other faults. */
  private addMembershipChanges(): void {
    const { prng, limits } = this;
    const member = this.oneOf([...limits.replicas, ...limits.spares]);
    let later = 0;
    const changes = prng.chance(0.3)
      ? (['demote', 'promote'] as const)
      : (['remove', 'addLearner', 'promote'] as const);
    for (const change of changes) {
      if (prng.chance(0.9)) this.add({ kind: 'changeMembership', change, member }, later);
      later += this.span(1, 20 * limits.heartbeatMs);
    }
  }

  /** A link that goes and comes: each time just long enough to be noticed. */
  private addFlapping(): void {
    const [from, to] = [this.any(), this.any()];
    const oneWay = this.prng.chance(0.5);
    let later = 0;
    for (let turn = this.prng.integer(2, 5); turn > 0; turn -= 1) {
      const forMs = this.span(1, 6 * this.limits.heartbeatMs);
      this.add({ kind: 'cut', from, to, oneWay, forMs }, later);
      later += forMs + this.prng.between(1, 3 * this.limits.heartbeatMs);
    }
  }

  private isolate(victim: Victim, direction: Direction): void {
    this.add({ kind: 'isolate', victim, direction, forMs: this.partitionMs() });
  }

  private add(fault: Fault, laterMs = 0): void {
    this.faults.push({ atMs: rounded(this.at + laterMs), fault });
  }

  /** Half of them just around an election timeout, where what happens is least certain. */
  private partitionMs(): number {
    const { heartbeatMs } = this.limits;
    return this.prng.chance(0.5) ? this.span(heartbeatMs, 15 * heartbeatMs) : this.span(100, 3000);
  }

  private conditions(): NetworkConditions {
    const { prng } = this;
    return {
      delayMinMs: 0.1,
      delayMaxMs: prng.chance(0.5) ? this.span(1, 30) : this.span(30, 300),
      loss: prng.chance(0.5) ? rounded(prng.between(0, 0.4)) : 0,
      duplication: prng.chance(0.5) ? rounded(prng.between(0, 0.5)) : 0,
      late: prng.chance(0.3) ? rounded(prng.between(0, 0.1)) : 0,
      lateMs: this.span(100, 5000),
    };
  }

  private span(min: number, max: number): number {
    return rounded(this.prng.between(min, max));
  }

  private any(): Victim {
    return this.oneOf(this.limits.replicas);
  }

  private some(share: number): readonly Victim[] {
    return this.limits.replicas.filter(() => this.prng.chance(share));
  }

  private oneOf<T>(items: readonly T[]): T {
    const item = items[this.prng.integer(0, items.length - 1)];
    if (item === undefined) throw new RangeError('there is nothing to choose from');
    return item;
  }
}

/** Scripts are read by people: a thousandth is precise enough. */
function rounded(value: number): number {
  return Math.round(value * 1000) / 1000;
}
