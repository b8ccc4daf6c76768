import { describe, expect, it } from '@jest/globals';
import { drawPlan } from './draw-plan.js';
import type { FaultKind, TimedFault } from './fault.js';
import type { SchedulePlan } from './plan.js';
import { runPlan } from './run-plan.js';
import type { ScheduleOutcome } from './outcome.js';
import { shrinkPlan } from './shrink-plan.js';

describe('a plan', () => {
  it('is the same for the same seed, and another for another', () => {
    expect(drawPlan(5)).toEqual(drawPlan(5));
    expect(drawPlan(5)).not.toEqual(drawPlan(6));
  });

  it('survives JSON: the run after it is the same', () => {
    const plan = drawPlan(9);

    const again = JSON.parse(JSON.stringify(plan)) as SchedulePlan;

    expect(runPlan(again).report).toEqual(runPlan(plan).report);
  });

  it('gives another hash when one fault is taken away', () => {
    const plan = drawPlan(12);
    const [, ...rest] = plan.faults;

    expect(plan.faults.length).toBeGreaterThan(1);
    expect(runPlan({ ...plan, faults: rest }).report.hash).not.toBe(runPlan(plan).report.hash);
  });

  it('over many seeds uses every kind of fault, and groups of one to five', () => {
    const plans = Array.from({ length: 300 }, (_unused, seed) => drawPlan(seed));
    const kinds = new Set<FaultKind>(plans.flatMap(({ faults }) => faults.map(({ fault }) => fault.kind)));
    const sizes = new Set(plans.map(({ group }) => group.priorities.length));

    expect(kinds.size).toBe(22);
    expect([...sizes].sort()).toEqual([1, 2, 3, 4, 5]);
  });

  it('records what happened when asked', () => {
    const { sequence } = runPlan(drawPlan(3), undefined, { record: true });

    expect(sequence.some((line) => line.includes('becameLeader'))).toBe(true);
    expect(sequence.some((line) => /r\d → r\d {2}appendRequest #\d+, term \d+/.test(line))).toBe(true);
  });
});

describe('shrinking', () => {
  /** Fails when both culprits are left, at the time of the later one. */
  function failsWith(culprits: readonly TimedFault[]): (plan: SchedulePlan) => ScheduleOutcome {
    const { report } = runPlan(drawPlan(1, { faultsMs: 10 }));
    return ({ faults }) => {
      const all = culprits.every((culprit) => faults.includes(culprit));
      const atMs = culprits[culprits.length - 1]?.atMs ?? 0;
      const failure = all ? { property: 'Test', detail: 'both are there', atMs: atMs + 1 } : undefined;
      return { report, failure, sequence: [], error: undefined };
    };
  }

  it('leaves the faults that matter', () => {
    const plan = drawPlan(21);
    const culprits = [plan.faults[4], plan.faults[9]].filter((fault) => fault !== undefined);
    expect(culprits).toHaveLength(2);

    const { plan: shrunk, faultsBefore } = shrinkPlan(plan, failsWith(culprits));

    expect(faultsBefore).toBe(plan.faults.length);
    expect(shrunk.faults).toEqual(culprits);
    expect(shrunk.clients.count).toBe(1);
  });

  it('refuses a plan that does not fail', () => {
    expect(() => shrinkPlan(drawPlan(1, { faultsMs: 100 }), runPlan)).toThrow(/does not fail/);
  });
});
