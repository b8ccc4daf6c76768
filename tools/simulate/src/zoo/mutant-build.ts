import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as testingOfTheCore from '@quorumkit/raft/testing';
import { editedText } from './edited-text.js';
import type { Mutant } from './mutants/mutant.js';

/** What a built core exports for tests. */
export type TestingModule = typeof testingOfTheCore;

const builtCore = join(dirname(createRequire(import.meta.url).resolve('@quorumkit/raft/package.json')), 'dist');

/** @throws StaleAnchorError */
export async function checkAnchors(mutant: Mutant): Promise<void> {
  for (const edit of mutant.edits) await editedText(mutant, edit, builtCore);
}

/**
 * A copy of the built core with the bug in it, loaded as modules of their own. The original is never touched, and the
 * core itself holds no switch.
 */
export class MutantBuild {
  private constructor(
    private readonly folder: string,
    readonly testing: TestingModule,
  ) {}

  /** @throws StaleAnchorError */
  static async of(mutant: Mutant): Promise<MutantBuild> {
    const folder = await mkdtemp(join(tmpdir(), `raft-${mutant.name}-`));
    try {
      const copy = join(folder, 'dist');
      await cp(builtCore, copy, {
        recursive: true,
        filter: (source) => !source.endsWith('.map') && !source.endsWith('.d.ts'),
      });
      await writeFile(join(folder, 'package.json'), '{ "type": "module" }\n');
      for (const edit of mutant.edits) await writeFile(join(copy, edit.file), await editedText(mutant, edit, copy));
      const testing = (await import(pathToFileURL(join(copy, 'testing/index.js')).href)) as TestingModule;
      return new MutantBuild(folder, testing);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
