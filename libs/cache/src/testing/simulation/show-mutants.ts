import { showModuleMutants } from '../interleaving/show-module-mutants.js';
import { huntAll, huntRedundant, mutantTable, redundancyTable, searchAlgorithm } from './mutant-table.js';
import { redundantRules } from './redundant-rules.js';

/**
 * `npm run -w @quorumkit/cache mutants [-- SCHEDULES]`: takes each rule of the core away and shows how soon the simulation
 * notices. `mutants -- modules [TEXT]`: the same for the real modules and the explored histories.
 */
const [what = '400', only = ''] = process.argv.slice(2);
if (what === 'modules') {
  process.exitCode = (await showModuleMutants(only)) ? 0 : 1;
} else {
  const schedules = Number(what);
  if (!Number.isSafeInteger(schedules) || schedules < 1) {
    process.stderr.write(`The number of schedules must be a whole number of at least 1, got ${what}.\n`);
    process.exitCode = 2;
  } else process.exitCode = showRules(schedules) ? 0 : 1;
}

function showRules(schedules: number): boolean {
  const fates = huntAll(schedules);
  const survivors = fates.filter(({ schedules: needed }) => needed === undefined);
  const seedsMax = { alone: schedules, together: schedules };
  const redundancies = redundantRules.map((rule) => huntRedundant(rule, seedsMax));
  const missed = redundancies.filter(
    ({ alone, together }) => alone.schedules !== undefined || together.schedules === undefined,
  );
  const broken = searchAlgorithm(schedules);

  process.stdout.write(`${mutantTable(fates)}\n\n`);
  process.stdout.write(
    `${fates.length - survivors.length} of ${fates.length} mutants were caught within ${schedules} schedules each.\n`,
  );
  process.stdout.write(`\nRules that another one stands behind:\n\n${redundancyTable(redundancies)}\n\n`);
  process.stdout.write(
    broken === undefined
      ? `The algorithm itself broke no promise in the same ${schedules}.\n`
      : `The algorithm itself broke a promise: ${broken.promise}, ${broken.detail}\n`,
  );
  return survivors.length + missed.length === 0 && broken === undefined;
}
