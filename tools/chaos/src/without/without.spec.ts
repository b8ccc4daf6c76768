import { describe, expect, it } from '@jest/globals';
import { patchedFiles } from './patched-files.js';
import { patchedText } from './patched-text.js';
import { ruleCalled, rules } from './rules.js';
import { checkout } from './store-copy.js';

const patch = { file: 'core/rules', find: 'mayServe: leaseInForce,', replace: 'mayServe: () => true,' };

describe('patchedText', () => {
  it('takes out what is there once', () => {
    expect(patchedText('{ mayServe: leaseInForce, b }', [patch])).toBe('{ mayServe: () => true, b }');
  });

  it.each([
    ['nothing', '{ mayServe: always, b }', 0],
    ['two places', `{ ${patch.find} } { ${patch.find} }`, 2],
  ])('refuses when %s read so', (_, text, places) => {
    expect(() => patchedText(text, [patch])).toThrow(
      expect.objectContaining({
        code: 'stale-patch',
        places,
        message: expect.stringMatching(/core\/rules .* of 1: may/),
      }),
    );
  });
});

describe('rules', () => {
  it.each(rules.map((rule) => [rule.name, rule] as const))('%s is in the code, once', async (_, rule) => {
    const files = await patchedFiles(rule, { checkout, of: 'sources' });

    expect(files.length).toBeGreaterThan(0);
  });

  it('are found by their names, which are all different', () => {
    expect(new Set(rules.map(({ name }) => name)).size).toBe(rules.length);
    expect(ruleCalled('lease').project).toBe('libs/cache');
    expect(() => ruleCalled('leash')).toThrow(/no rule 'leash'. There are: apply-delete, lease/);
  });
});
