import { explored, huntModuleMutant, moduleMutantRow } from './module-mutant-table.js';
import { moduleMutants } from './module-mutants.js';

/** `npm run -w @quorumkit/cache mutants -- modules [TEXT]`: those whose name contains the text; exit code 1 when one survives. */
export async function showModuleMutants(only: string): Promise<boolean> {
  const dist = new URL('../../', import.meta.url);
  const chosen = moduleMutants.filter(({ name }) => name.includes(only));
  process.stdout.write('| a store that … | is wrong in | histories | theme |\n| --- | --- | --- | --- |\n');
  let caught = 0;
  for (const mutant of chosen) {
    const fate = await huntModuleMutant(mutant, dist);
    if (fate.caught !== undefined) caught += 1;
    process.stdout.write(`${moduleMutantRow(fate)}\n`);
  }
  process.stdout.write(`\n${caught} of ${chosen.length} were caught within ${explored.runs} histories each.\n`);
  return caught === chosen.length && chosen.length > 0;
}
