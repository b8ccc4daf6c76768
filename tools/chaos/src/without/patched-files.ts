import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { patchedText } from './patched-text.js';
import type { Rule, RulePatch } from './rules.js';

/** A file, and how it reads without the rule. */
export interface PatchedFile {
  readonly path: string;
  readonly text: string;
}

/**
 * The files of a checkout that the rule is in, without it; nothing is written. Processes run the built ones; the sources
 * tell without a build whether the patches fit. Rejects when a file cannot be read.
 *
 * @throws StalePatchError
 */
export async function patchedFiles(
  { project, patches }: Rule,
  { checkout, of }: { readonly checkout: string; readonly of: 'built' | 'sources' },
): Promise<readonly PatchedFile[]> {
  const [folder, suffix] = of === 'built' ? ['dist', '.js'] : ['src', '.ts'];
  const byFile = new Map<string, RulePatch[]>();
  for (const patch of patches) byFile.set(patch.file, [...(byFile.get(patch.file) ?? []), patch]);
  return Promise.all(
    [...byFile].map(async ([file, ofFile]) => {
      const path = join(checkout, project, folder, `${file}${suffix}`);
      return { path, text: patchedText(await readFile(path, 'utf8'), ofFile) };
    }),
  );
}
