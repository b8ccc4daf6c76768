import { register } from 'node:module';
import { pathToFileURL } from 'node:url';
import { join } from 'node:path';
import { orderMutants, type SourcePatch } from './mutants.js';

/** A process of its own for each mutant: `mutant-run.js <name> <schedules> <seed>`; prints what caught it as JSON. */
const [name, schedules, seed] = process.argv.slice(2);
const mutant = orderMutants.find((candidate) => candidate.name === name);
if (mutant === undefined) throw new Error(`There is no mutant called ${name}.`);

const workspace = join(import.meta.dirname, '../../../../..');
const patches = new Map<string, SourcePatch[]>();
for (const patch of mutant.patches) {
  const url = pathToFileURL(join(workspace, patch.file)).href;
  patches.set(url, [...(patches.get(url) ?? []), patch]);
}
register('./patching-loader.js', { parentURL: import.meta.url, data: [...patches] });

const { runOrderCampaign } = await import('../campaign.js');
const { allDirectedRuns, runAtPoint } = await import('../directed/run-at-point.js');

const startedAt = process.cpuUsage();
const caught = (await bySchedules()) ?? (await byPoints());
const { user, system } = process.cpuUsage(startedAt);
console.log(JSON.stringify({ ...caught, cpuSeconds: (user + system) / 1e6 }));

async function bySchedules(): Promise<object | undefined> {
  const count = Number(schedules);
  const { failures, totals } = await runOrderCampaign({
    schedules: count,
    seed: Number(seed),
    host: 'bare',
    stopAtFirst: true,
  });
  const [failure] = failures;
  return failure && { runs: totals.schedules, caughtBy: failure.violations[0], where: `seed ${failure.seed}` };
}

/** Faults at named points, for what chance does not find in so few schedules. */
async function byPoints(): Promise<object | undefined> {
  let runs = Number(schedules);
  for (const run of allDirectedRuns(Number(seed))) {
    runs += 1;
    const { violations } = await runAtPoint(run);
    if (violations[0] !== undefined) return { runs, caughtBy: violations[0], where: `${run.fault} at "${run.point}"` };
  }
  return undefined;
}
