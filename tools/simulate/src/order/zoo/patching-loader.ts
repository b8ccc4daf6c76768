import { readFile } from 'node:fs/promises';
import type { LoadHook } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { SourcePatch } from './mutants.js';

/** Patches by the URL of the file that they change. */
const patchesOf = new Map<string, readonly SourcePatch[]>();

/** Runs in Node's loader thread, before any patched module is loaded. */
export function initialize(patches: readonly (readonly [url: string, patches: readonly SourcePatch[]])[]): void {
  for (const [url, changes] of patches) patchesOf.set(url, changes);
}

/** Loads a module with its patches: the files stay as they are. */
export const load: LoadHook = async (url, context, nextLoad) => {
  const patches = patchesOf.get(url);
  if (patches === undefined) return nextLoad(url, context);
  let source = await readFile(fileURLToPath(url), 'utf8');
  for (const { file, find, replace } of patches) {
    const places = source.split(find).length - 1;
    if (places !== 1) throw new Error(`The patch of ${file} fits in ${places} places instead of 1: ${find}`);
    source = source.replace(find, () => replace);
  }
  return { format: 'module', source, shortCircuit: true };
};
