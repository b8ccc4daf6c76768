import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { moduleMutants, type ModuleMutant } from './module-mutants.js';

/** What became of one mutant. */
export interface ModuleMutantFate {
  readonly mutant: ModuleMutant;
  /** Nothing when it survived. */
  readonly caught: { readonly runs: number; readonly theme: string; readonly detail: string } | undefined;
}

/** What CI explores: the histories with these seeds, the same ones every time. */
export const explored = Object.freeze({ seed: 1, runs: 300 });

/**
 * Explores the real modules with that bug in them, in a process of its own, on the compiled code.
 *
 * @param dist where the compiled package is, as a URL that ends with a slash
 */
export async function huntModuleMutant(mutant: ModuleMutant, dist: URL): Promise<ModuleMutantFate> {
  const hunter = fileURLToPath(new URL('testing/interleaving/hunt-module-mutant.js', dist));
  const position = String(moduleMutants.indexOf(mutant));
  const { stdout } = await promisify(execFile)(process.execPath, [
    hunter,
    position,
    String(explored.seed),
    String(explored.runs),
  ]);
  const found = JSON.parse(stdout) as Partial<NonNullable<ModuleMutantFate['caught']>>;
  const caught = found.runs === undefined ? undefined : (found as NonNullable<ModuleMutantFate['caught']>);
  return { mutant, caught };
}

/** As in docs/testing-cache.md. */
export function moduleMutantRow({ mutant, caught }: ModuleMutantFate): string {
  const how = caught === undefined ? ['none', '–'] : [String(caught.runs), caught.theme];
  return `| ${[mutant.name, mutant.of, ...how].join(' | ')} |`;
}
