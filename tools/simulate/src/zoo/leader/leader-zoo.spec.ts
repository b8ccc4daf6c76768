import { execFile } from 'node:child_process';
import { access, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { StaleAnchorError } from '../edited-text.js';
import { checkLeaderAnchors } from './leader-copy.js';
import { leaderMutant } from './leader-mutant.js';
import { leaderMutants } from './mutants/leader-mutants.js';
import { isCaught, runLeaderZoo } from './run-leader-zoo.js';

const main = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const root = new URL('../../../../../', import.meta.url);

const rule = 'if (term < seen.highest)';
const fences = 'fencing/durable-fences';

describe('the zoo of libs/leader', () => {
  it.each(leaderMutants.map((each) => [each.name, each] as const))('%s fits the sources', async (_name, each) => {
    await expect(checkLeaderAnchors(each)).resolves.toBeUndefined();
    for (const spec of each.specs)
      await expect(access(new URL(`libs/leader/src/${spec}.spec.ts`, root))).resolves.toBeUndefined();
  });

  it('has no two mutants of one name', () => {
    expect(new Set(leaderMutants.map(({ name }) => name)).size).toBe(leaderMutants.length);
  });

  it('catches one, and says by which test', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      main,
      'leader-zoo',
      '--only',
      'older-fence-admitted',
    ]);

    expect(stdout).toContain('tests pass on the unchanged sources');
    expect(stdout).toMatch(/older-fence-admitted .* fencing\/durable-fences › DurableFences refuses a lower term/);
    expect(stdout).toContain('1 of 1 mutants caught.');
  });

  it('lets one survive that breaks nothing, and takes none for caught that does not load, or fits no more', async () => {
    const zoo = [
      leaderMutant('harmless', 'no rule', fences, ['fencing/refuse-fence.ts', rule, `${rule} `]),
      leaderMutant('broken', 'no rule', fences, ['fencing/refuse-fence.ts', rule, 'if (']),
      leaderMutant('stale', 'no rule', fences, ['fencing/refuse-fence.ts', 'what nobody wrote', '']),
      leaderMutant('untested', 'no rule', `${fences} › a title that no test has`, [
        'fencing/refuse-fence.ts',
        rule,
        'if (false)',
      ]),
    ];

    const [harmless, broken, stale, untested] = await runLeaderZoo(zoo, { workers: 1 });

    expect(harmless).toMatchObject({ firstFailure: undefined, problem: undefined });
    expect(harmless?.tests).toBeGreaterThan(5);
    expect(broken?.problem).toMatch(/failed to run/);
    expect(stale?.problem).toMatch(/nothing in fencing\/refuse-fence.ts read/);
    expect(untested?.problem).toBe('no test has such a title');
    expect([harmless, broken, stale, untested].map((each) => each !== undefined && isCaught(each))).toEqual(
      zoo.map(() => false),
    );
  });

  it('refuses an anchor that is there twice', async () => {
    const twice = leaderMutant('twice', 'no rule', fences, ['fencing/refuse-fence.ts', 'throw new', '']);

    await expect(checkLeaderAnchors(twice)).rejects.toThrow(StaleAnchorError);
  });

  it('is in the documentation as it is here', async () => {
    const document = await readFile(new URL('docs/testing-leader.md', root), 'utf8');
    const documented = [...document.matchAll(/^\| `([a-z0-9-]+)`\s*\| (.*?)\s*\|/gm)].map(
      ([, name, text]) => `${name} ${text}`,
    );

    expect(documented).toEqual(leaderMutants.map((mutant) => `${mutant.name} ${mutant.rule}`));
    expect(document).toContain(`${leaderMutants.length} mutants`);
  });
});
