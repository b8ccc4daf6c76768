import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Edit, Mutant } from './mutants/mutant.js';

/** The source that a mutant changes is no longer what it was made for. */
export class StaleAnchorError extends Error {
  override readonly name = 'StaleAnchorError';
  readonly code = 'ZOO_ANCHOR_STALE';

  constructor(
    readonly mutant: string,
    readonly edit: Edit,
    readonly found: number,
  ) {
    super(
      `Mutant ${mutant}: ${found === 0 ? 'nothing' : `${found} places`} in ${edit.file} read\n${edit.find}\n` +
        'It must be exactly one. Build first; if the code has changed, change the mutant with it.',
    );
  }
}

/**
 * What the file says in the mutant; nothing is written.
 *
 * @param folder where the edit's file is
 * @throws StaleAnchorError
 */
export async function editedText(mutant: Mutant, edit: Edit, folder: string): Promise<string> {
  const text = await readFile(join(folder, edit.file), 'utf8').catch(() => '');
  const parts = text.split(edit.find);
  if (parts.length !== 2) throw new StaleAnchorError(mutant.name, edit, parts.length - 1);
  return parts.join(edit.replace);
}
