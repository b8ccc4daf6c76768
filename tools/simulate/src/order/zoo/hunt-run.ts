import { runOrderCampaign } from '../campaign.js';
import { allDirectedRuns, runAtPoint } from '../directed/run-at-point.js';

/** A process of its own for each mutant: `hunt-run.js <schedules> <seed>`; prints what caught it as JSON. */
const [schedules, seed] = process.argv.slice(2).map(Number) as [number, number];

const startedAt = process.cpuUsage();
const caught = (await bySchedules()) ?? (await byPoints());
const { user, system } = process.cpuUsage(startedAt);
console.log(JSON.stringify({ ...caught, cpuSeconds: (user + system) / 1e6 }));

async function bySchedules(): Promise<object | undefined> {
  const { failures, totals } = await runOrderCampaign({
    schedules,
    seed,
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
  for (const run of allDirectedRuns(seed)) {
    runs += 1;
    const { failure } = await runAtPoint(run);
    if (failure !== undefined) return { runs, ...failure, where: `${run.fault} at "${run.point}"` };
  }
  return undefined;
}
