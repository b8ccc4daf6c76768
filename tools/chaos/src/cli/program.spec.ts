import { describe, expect, it } from '@jest/globals';
import { rules } from '../without/rules.js';
import { chaosProgram } from './program.js';

async function parse(...args: string[]): Promise<unknown[]> {
  const asked: unknown[] = [];
  const program = chaosProgram({
    shopping: (options) => Promise.resolve(void asked.push({ what: 'shopping', ...options })),
    coherence: (options) => Promise.resolve(void asked.push({ what: 'coherence', ...options })),
  });
  for (const command of [program, ...program.commands]) {
    command.exitOverride().configureOutput({ writeErr: () => undefined });
  }
  await program.parseAsync(['node', 'chaos', ...args]);
  return asked;
}

describe('chaos command line', () => {
  it('lets shoppers loose on a store with one frontend by default', async () => {
    expect(await parse()).toEqual([
      {
        what: 'shopping',
        seconds: 75,
        shoppers: 16,
        frontends: 1,
        runs: 1,
        seed: 1,
        victims: ['leader', 'follower', 'catalog', 'all-orders'],
        gapMs: 2500,
        pausePercent: 0,
        cutPercent: 0,
        sufferPercent: 0,
      },
    ]);
  });

  it('reads the mix of faults', async () => {
    const args = '--frontends 3 --victims frontend,leader --pause-percent 30 --cut-percent 40'.split(' ');

    expect(await parse(...args)).toMatchObject([
      { frontends: 3, victims: ['frontend', 'leader'], pausePercent: 30, cutPercent: 40 },
    ]);
  });

  it('checks a million reads at three frontends when it is asked for coherence', async () => {
    expect(await parse('coherence', '--seed', '7', '--json')).toMatchObject([
      { what: 'coherence', reads: 1_000_000, frontends: 3, readers: 12, seed: 7, json: true },
    ]);
  });

  it('takes a rule out when it is asked for one, and lists them in its help', async () => {
    expect(await parse('coherence', '--without', 'restock-delete')).toMatchObject([{ without: 'restock-delete' }]);

    let help = '';
    const run = () => Promise.resolve();
    const [coherence] = chaosProgram({ shopping: run, coherence: run }).commands;
    coherence?.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    for (const { name, without } of rules) expect(help).toMatch(new RegExp(`\\n  ${name} +${without}\\n`));
  });

  it.each([
    ['--victims', 'everybody'],
    ['--frontends', '6'],
    ['--pause-percent', '70', '--cut-percent', '40'],
    ['--pause-percent', '60', '--suffer-percent', '60'],
    ['--seconds', 'ten'],
    ['coherence', '--readers', '0'],
    ['coherence', '--victims', 'leader'],
    ['coherence', '--without', 'luck'],
  ])('refuses %j', async (...args) => {
    await expect(parse(...args)).rejects.toMatchObject({ name: 'CommanderError' });
  });
});
