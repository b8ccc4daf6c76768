import type { ScheduleOutcome } from './outcome.js';
import type { SchedulePlan } from './plan.js';
import type { TimedFault } from './fault.js';

export interface ShrunkPlan {
  readonly plan: SchedulePlan;
  readonly outcome: ScheduleOutcome;
  readonly faultsBefore: number;
  /** How many plans were run to get there. */
  readonly runs: number;
}

/**
 * Makes a failing plan smaller while it still breaks the same property: fewer faults (delta debugging, Zeller and
 * Hildebrandt 2002), less time, fewer clients, fewer conveniences of the network. The result is small, not smallest.
 *
 * @throws RangeError when the plan does not fail.
 */
export function shrinkPlan(
  plan: SchedulePlan,
  run: (plan: SchedulePlan) => ScheduleOutcome,
  { runsMax = 400 }: { readonly runsMax?: number } = {},
): ShrunkPlan {
  const outcome = run(plan);
  if (outcome.failure === undefined) throw new RangeError(`the plan of seed ${plan.seed} does not fail`);
  const shrinking = new Shrinking(plan, outcome, { property: outcome.failure.property, run, runsMax });
  shrinking.execute();
  return { plan: shrinking.plan, outcome: shrinking.outcome, faultsBefore: plan.faults.length, runs: shrinking.runs };
}

class Shrinking {
  runs = 1;

  constructor(
    public plan: SchedulePlan,
    public outcome: ScheduleOutcome,
    private readonly about: {
      readonly property: string;
      readonly run: (plan: SchedulePlan) => ScheduleOutcome;
      readonly runsMax: number;
    },
  ) {}

  execute(): void {
    this.cutTail();
    this.dropFaults();
    this.simplifyClients();
    this.dropFaults();
    this.cutTail();
  }

  /** Nothing after the failure can have caused it. */
  private cutTail(): void {
    const atMs = this.outcome.failure?.atMs ?? this.plan.faultsMs;
    if (atMs >= this.plan.faultsMs) {
      const last = this.plan.faults[this.plan.faults.length - 1]?.atMs ?? 0;
      this.accept({ ...this.plan, faultsMs: Math.min(this.plan.faultsMs, Math.ceil(last) + 1) });
      return;
    }
    const faults = this.plan.faults.filter((fault) => fault.atMs <= atMs);
    this.accept({ ...this.plan, faults, faultsMs: Math.ceil(atMs) });
  }

  private dropFaults(): void {
    let pieces = 2;
    while (this.plan.faults.length > 0 && this.runs < this.about.runsMax) {
      const { faults } = this.plan;
      const size = Math.ceil(faults.length / pieces);
      if (this.dropOnePiece(faults, size)) {
        pieces = Math.max(2, pieces - 1);
      } else {
        if (size === 1) return;
        pieces = Math.min(faults.length, pieces * 2);
      }
    }
  }

  private dropOnePiece(faults: readonly TimedFault[], size: number): boolean {
    // From the end: the latest faults are the likeliest to be superfluous.
    for (let start = (Math.ceil(faults.length / size) - 1) * size; start >= 0; start -= size) {
      if (this.accept({ ...this.plan, faults: [...faults.slice(0, start), ...faults.slice(start + size)] }))
        return true;
    }
    return false;
  }

  private simplifyClients(): void {
    const { clients, group } = this.plan;
    for (let count = 1; count < clients.count; count += 1) {
      if (this.accept({ ...this.plan, clients: { ...clients, count } })) break;
    }
    this.accept({ ...this.plan, clients: { ...this.plan.clients, giveUp: 0, answerLoss: 0, gatherMs: 0 } });
    if (group.snapshotEvery > 0) this.accept({ ...this.plan, group: { ...group, snapshotEvery: 0 } });
  }

  private accept(candidate: SchedulePlan): boolean {
    if (this.runs >= this.about.runsMax) return false;
    this.runs += 1;
    const outcome = this.about.run(candidate);
    if (outcome.failure?.property !== this.about.property) return false;
    this.plan = candidate;
    this.outcome = outcome;
    return true;
  }
}
