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
const { failures, totals } = await runOrderCampaign({
  schedules: Number(schedules),
  seed: Number(seed),
  host: 'bare',
  stopAtFirst: true,
});
const [caught] = failures;
console.log(
  JSON.stringify({
    schedules: totals.schedules,
    cpuSeconds: totals.cpuSeconds,
    caughtBy: caught?.violations[0],
    seed: caught?.seed,
  }),
);
