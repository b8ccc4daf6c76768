import { runOrderCampaign } from '../campaign.js';
import { allDirectedRuns, runAtPoint } from '../directed/run-at-point.js';

/**
 * A process of its own for each mutant: `hunt-run.js <schedules> <seed> <likely seed> <points>`; prints what caught it as
 * JSON. First the likely seed (0: none), then schedules, then faults at named points if `points` is 1.
 */
const [schedules, seed, likelySeed, points] = process.argv.slice(2).map(Number) as [number, number, number, number];

const caught =
  (likelySeed > 0 ? await bySchedules(1, likelySeed) : undefined) ??
  (await bySchedules(schedules, seed)) ??
  (points === 1 ? await byPoints() : undefined);
// Of the whole process: loading the code is part of the price.
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ ...caught, cpuSeconds: (user + system) / 1e6 }));

async function bySchedules(count: number, first: number): Promise<object | undefined> {
  const { failures, totals } = await runOrderCampaign({
    schedules: count,
    seed: first,
    host: 'bare',
    repeatEvery: Infinity,
    stopAtFirst: true,
  });
  const [failure] = failures;
  return (
    failure && {
      runs: totals.schedules,
      rule: failure.rule,
      detail: failure.detail,
      where: `seed ${failure.seed}`,
    }
  );
}

/** Faults at named points, for what chance does not find in so few schedules. */
async function byPoints(): Promise<object | undefined> {
  let runs = schedules;
  for (const run of allDirectedRuns({ seed })) {
    runs += 1;
    const { failure } = await runAtPoint(run);
    if (failure !== undefined) return { runs, ...failure, where: `${run.fault} at "${run.point}"` };
  }
  return undefined;
}
