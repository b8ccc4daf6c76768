import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { StaleAnchorError } from './edited-text.js';
import { checkAnchors } from './mutant-build.js';
import { allMutants } from './mutants/all-mutants.js';
import { mutant } from './mutants/mutant.js';

const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));

describe('the bug zoo', () => {
  it.each(allMutants.map((each) => [each.name, each] as const))('%s fits the built core', async (_name, each) => {
    await expect(checkAnchors(each)).resolves.toBeUndefined();
  });

  it('has no two mutants of one name', () => {
    expect(new Set(allMutants.map(({ name }) => name)).size).toBe(allMutants.length);
  });

  it('refuses an anchor that is not there, and one that is there twice', async () => {
    const missing = mutant('missing', 'no rule', ['quorum.js', 'what nobody wrote', '']);
    const twice = mutant('twice', 'no rule', ['quorum.js', 'export function', '']);

    await expect(checkAnchors(missing)).rejects.toThrow(StaleAnchorError);
    await expect(checkAnchors(twice)).rejects.toThrow(/2 places in quorum.js/);
  });

  it('is caught, all of it', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [main, 'zoo', '--no-random', '--schedules', '200']);

    expect(stdout).toContain(`${allMutants.length} of ${allMutants.length} mutants caught.`);
  }, 600_000);

  it('lets a mutant survive that breaks nothing, and says so', async () => {
    const unharmed = promisify(execFile)(process.execPath, [
      main,
      'zoo',
      '--no-random',
      '--schedules',
      '0',
      '--only',
      'session-table-not-in-snapshot',
    ]);

    await expect(unharmed).rejects.toMatchObject({ code: 1, stdout: expect.stringContaining('SURVIVES') });
  });

  it('is in the documentation as it is here', async () => {
    const document = await readFile(new URL('../../../../docs/testing.md', import.meta.url), 'utf8');
    const documented = [...document.matchAll(/^\| `([a-z0-9-]+)`\s*\| (.*?)\s*\|/gm)].map(
      ([, name, rule]) => `${name} ${rule}`,
    );

    expect(documented).toEqual(expect.arrayContaining(allMutants.map(({ name, rule }) => `${name} ${rule}`)));
    expect(document).toContain(`${allMutants.length} mutants: copies of the built core`);
    const readme = await readFile(new URL('../../../../README.md', import.meta.url), 'utf8');
    expect(readme).toContain(`# ${allMutants.length} copies of the core`);
  });
});
