import { readFile } from 'node:fs/promises';
import type { LoadHook } from 'node:module';
import { fileURLToPath } from 'node:url';
import type { SourcePatch } from './module-mutants.js';

const patchesOf = new Map<string, SourcePatch[]>();

/** Runs in Node's loader thread, before any module of the package is loaded. */
export function initialize(patches: readonly (readonly [url: string, patch: SourcePatch])[]): void {
  for (const [url, patch] of patches) patchesOf.set(url, [...(patchesOf.get(url) ?? []), patch]);
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
