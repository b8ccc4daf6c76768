import { register } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { orderMutants, type SourcePatch } from './mutants.js';

// To be loaded before anything else: `node --import <this file>?mutant=<name> <script>` runs the script with one bug in
// the code that it loads. The files stay as they are.
const name = new URL(import.meta.url).searchParams.get('mutant');
const mutant = orderMutants.find((candidate) => candidate.name === name);
if (mutant === undefined) throw new RangeError(`There is no mutant called ${name}.`);

const workspace = join(fileURLToPath(new URL('.', import.meta.url)), '../../../../..');
const patches = new Map<string, SourcePatch[]>();
for (const patch of mutant.patches) {
  const url = pathToFileURL(join(workspace, patch.file)).href;
  patches.set(url, [...(patches.get(url) ?? []), patch]);
}
register('./patching-loader.js', { parentURL: import.meta.url, data: [...patches] });
