import { cp, lstat, mkdir, mkdtemp, readdir, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as labOfTheStore from '@toystore/lab';
import { patchedFiles } from './patched-files.js';
import type { Rule } from './rules.js';

/** Compiled (`dist`) and as a source the way to the root is the same. */
export const checkout = join(import.meta.dirname, '../../../..');

/** What the processes of a store, and the lab that starts them, are made of. */
const projects = [
  ...['apps/catalog', 'apps/frontend', 'apps/order', 'tools/lab'],
  ...['libs/cache', 'libs/contracts', 'libs/leader', 'libs/protocol', 'libs/raft', 'libs/service'],
];
/** Packages of this repository: links to its projects. */
const ownScopes: ReadonlySet<string> = new Set(['@quorumkit', '@toystore']);
const notCopied = /(^|\/)(node_modules|test-results|coverage|dist\/spec)$|\.(map|d\.ts|spec\.ts|tsbuildinfo)$/;

/** A copy of the built store in a folder of its own, in which a rule is missing. The original is never touched. */
export class StoreCopy {
  private constructor(
    private readonly folder: string,
    /** Starts the processes of the copy. */
    readonly lab: typeof labOfTheStore,
  ) {}

  /** Rejects when the store is not built; nothing is left of the copy then. @throws StalePatchError */
  static async without(rule: Rule, original = checkout): Promise<StoreCopy> {
    const folder = await mkdtemp(join(tmpdir(), `toystore-without-${rule.name}-`));
    try {
      // Before anything else, so that nothing is copied for a patch that does not fit.
      await patchedFiles(rule, { checkout: original, of: 'built' });
      for (const project of projects) {
        const source = join(original, project);
        const filter = (path: string): boolean => !notCopied.test(path.slice(source.length));
        await cp(source, join(folder, project), { recursive: true, filter });
      }
      await linkPackages(original, folder);
      for (const { path, text } of await patchedFiles(rule, { checkout: folder, of: 'built' })) {
        await writeFile(path, text);
      }
      const entry = pathToFileURL(join(folder, 'tools/lab/dist/index.js')).href;
      return new StoreCopy(folder, (await import(entry)) as typeof labOfTheStore);
    } catch (error) {
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Other people's packages are the ones of the checkout; the own ones are those of the copy. */
async function linkPackages(original: string, folder: string): Promise<void> {
  const [from, to] = [join(original, 'node_modules'), join(folder, 'node_modules')];
  await mkdir(to);
  for (const name of await readdir(from)) {
    if (!ownScopes.has(name)) await symlink(join(from, name), join(to, name));
  }
  for (const scope of ownScopes) {
    await mkdir(join(to, scope));
    for (const name of await readdir(join(from, scope))) await linkOwn(join(from, scope, name), join(to, scope));
  }
}

/** npm links them relatively (`../../libs/cache`), which leads into the copy from there. */
async function linkOwn(link: string, scope: string): Promise<void> {
  if ((await lstat(link)).isSymbolicLink()) await symlink(await readlink(link), join(scope, basename(link)));
}
