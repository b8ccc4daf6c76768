import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ruleCalled } from './rules.js';
import { StoreCopy } from './store-copy.js';

const rule = ruleCalled('lease');
const rulesFile = 'libs/cache/dist/core/coherence-rules.js';
const projects = [
  ...['apps/catalog', 'apps/frontend', 'apps/order', 'tools/lab'],
  ...['libs/cache', 'libs/contracts', 'libs/leader', 'libs/protocol', 'libs/raft', 'libs/service'],
];

/** A checkout as npm and the compiler leave it, with next to nothing in it. */
let checkout: string;

async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(join(checkout, path)), { recursive: true });
  await writeFile(join(checkout, path), text);
}

async function link(path: string, to: string): Promise<void> {
  await mkdir(dirname(join(checkout, path)), { recursive: true });
  await symlink(to, join(checkout, path));
}

beforeEach(async () => {
  checkout = await mkdtemp(join(tmpdir(), 'chaos-checkout-'));
  for (const project of projects) await write(`${project}/dist/index.js`, 'export {};\n');
  await write('libs/cache/package.json', JSON.stringify({ type: 'module', exports: { '.': './dist/index.js' } }));
  await write('libs/cache/dist/index.js', "export { rules } from './core/coherence-rules.js';\n");
  await write(
    rulesFile,
    "const leaseInForce = () => 'looks at the lease';\nexport const rules = {\n    mayServe: leaseInForce,\n};\n",
  );
  await write('libs/cache/dist/core/coherence-rules.d.ts', 'export {};\n');
  await write('libs/cache/node_modules/only-here/index.js', '');
  await write('tools/lab/package.json', JSON.stringify({ type: 'module' }));
  await write(
    'tools/lab/dist/index.js',
    "import { rules } from '@quorumkit/cache';\nimport { word } from 'somebody-elses';\nexport const says = [rules.mayServe(), word];\n",
  );
  await write('node_modules/somebody-elses/package.json', JSON.stringify({ type: 'module', exports: './index.js' }));
  await write('node_modules/somebody-elses/index.js', "export const word = 'theirs';\n");
  await link('node_modules/@quorumkit/cache', '../../libs/cache');
  await link('node_modules/@toystore/lab', '../../tools/lab');
});

afterEach(() => rm(checkout, { recursive: true, force: true }));

const copies = async (): Promise<readonly string[]> =>
  (await readdir(tmpdir())).filter((name) => name.startsWith(`toystore-without-${rule.name}-`));

describe('a copy of the store', () => {
  it('lacks the rule, in every package that uses it, and the original has it still', async () => {
    const original = await readFile(join(checkout, rulesFile), 'utf8');

    const copy = await StoreCopy.without(rule, checkout);

    expect((copy.lab as unknown as { readonly says: unknown }).says).toEqual([true, 'theirs']);
    expect(await readFile(join(checkout, rulesFile), 'utf8')).toBe(original);
    await copy.remove();
  });

  it('holds what processes need, and is gone when it is removed', async () => {
    const before = await copies();

    const copy = await StoreCopy.without(rule, checkout);
    const [name = ''] = (await copies()).filter((each) => !before.includes(each));
    const folder = join(tmpdir(), name);
    const holds = (path: string): boolean => existsSync(join(folder, path));

    expect(projects.map((project) => holds(`${project}/dist/index.js`))).toEqual(projects.map(() => true));
    expect(holds('libs/cache/dist/core/coherence-rules.d.ts')).toBe(false);
    expect(holds('libs/cache/node_modules')).toBe(false);
    await copy.remove();
    expect(existsSync(folder)).toBe(false);
  });

  it.each([
    ['does not hold the rule as it is known', 'export const rules = {};\n', { code: 'stale-patch' }],
    ['is not built', undefined, { code: 'ENOENT' }],
  ])('is not made of a checkout that %s, and nothing is left of it', async (_what, text, error) => {
    const before = await copies();
    if (text === undefined) await rm(join(checkout, rulesFile));
    else await write(rulesFile, text);

    await expect(StoreCopy.without(rule, checkout)).rejects.toMatchObject(error);

    expect(await copies()).toEqual(before);
  });
});
