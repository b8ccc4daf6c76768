import type { OrderOutcome } from './order-outcome.js';
import type { OrderPlan } from './order-plan.js';
import { shrinkList } from './shrink-list.js';

export interface ShrunkOrderPlan {
  readonly plan: OrderPlan;
  readonly outcome: OrderOutcome;
  /** How many plans were run to get there. */
  readonly runs: number;
}

export type RunPlan = (plan: OrderPlan) => Promise<OrderOutcome>;

/**
 * Makes a failing plan smaller while it still breaks the same rule: fewer faults, less time, fewer shoppers and orders.
 *
 * @throws RangeError when the plan does not fail
 */
export async function shrinkOrderPlan(
  plan: OrderPlan,
  run: RunPlan,
  { runsMax = 300 }: { readonly runsMax?: number } = {},
): Promise<ShrunkOrderPlan> {
  const outcome = await run(plan);
  if (outcome.failure === undefined) throw new RangeError(`the plan of seed ${plan.seed} does not fail`);
  const shrinking = new Shrinking(plan, outcome, run, runsMax);
  await shrinking.execute();
  return { plan: shrinking.plan, outcome: shrinking.outcome, runs: shrinking.runs };
}

class Shrinking {
  runs = 1;
  private readonly rule: string | undefined;

  constructor(
    public plan: OrderPlan,
    public outcome: OrderOutcome,
    private readonly run: RunPlan,
    private readonly runsMax: number,
  ) {
    this.rule = outcome.failure?.rule;
  }

  async execute(): Promise<void> {
    await this.cutTail();
    await this.dropFaults();
    await this.dropOrders();
    await this.dropFaults();
    await this.cutTail();
  }

  /** Nothing after the failure can have caused it, and when it comes at rest the faults need no more time. */
  private async cutTail(): Promise<void> {
    const { plan, outcome } = this;
    const faults = plan.faults.filter(({ atMs }) => atMs <= (outcome.failure?.atMs ?? Infinity));
    const lastMs = faults.at(-1)?.atMs ?? 0;
    const endMs = Math.min(plan.faultsMs, outcome.failure?.atMs ?? Infinity);
    for (const faultsMs of [Math.ceil(lastMs) + 1, Math.ceil(endMs)]) {
      if (faultsMs < plan.faultsMs && (await this.accept({ ...plan, faults, faultsMs }))) return;
    }
  }

  private async dropFaults(): Promise<void> {
    await shrinkList(this.plan.faults, (faults) => this.accept({ ...this.plan, faults }));
  }

  private async dropOrders(): Promise<void> {
    await shrinkList(this.plan.shoppers.wishes, (wishes) => this.acceptWishes(wishes));
    for (let shopper = 0; shopper < this.plan.shoppers.wishes.length; shopper++) {
      await shrinkList(this.plan.shoppers.wishes[shopper] ?? [], (fewer) =>
        this.acceptWishes(this.plan.shoppers.wishes.map((wishes, offset) => (offset === shopper ? fewer : wishes))),
      );
    }
  }

  private acceptWishes(wishes: OrderPlan['shoppers']['wishes']): Promise<boolean> {
    return this.accept({ ...this.plan, shoppers: { ...this.plan.shoppers, wishes } });
  }

  private async accept(candidate: OrderPlan): Promise<boolean> {
    if (this.runs >= this.runsMax) return false;
    this.runs += 1;
    const outcome = await this.run(candidate);
    if (outcome.failure?.rule !== this.rule) return false;
    this.plan = candidate;
    this.outcome = outcome;
    return true;
  }
}
