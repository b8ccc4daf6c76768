import { describe, expect, it } from '@jest/globals';
import { scenarios } from './all-scenarios.js';
import { expectThat } from './scenario.js';

/** The bug zoo of tools/simulate shows that each of them fails where its rule is missing. */
describe('directed scenarios', () => {
  it.each(scenarios.map(({ name, run }) => [name, run] as const))('%s', (_name, run) => {
    expect(run).not.toThrow();
  });

  it('say what does not hold', () => {
    expect(() => expectThat(false, 'water flows uphill')).toThrow('Scenario: not so: water flows uphill');
  });
});
