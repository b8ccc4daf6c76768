import { Command, Option } from 'commander';
import { type Victim, victims } from '../faults/fault-plan.js';
import { rules } from '../without/rules.js';
import { victimList, wholeNumber, wholeNumberFrom } from './options.js';

export interface ShoppingArguments {
  readonly seconds: number;
  readonly shoppers: number;
  readonly frontends: number;
  readonly runs: number;
  readonly seed: number;
  readonly victims: readonly Victim[];
  readonly gapMs: number;
  readonly pausePercent: number;
  readonly cutPercent: number;
  readonly sufferPercent: number;
  readonly keep?: boolean;
  readonly json?: boolean;
}

export interface CoherenceArguments {
  readonly readers: number;
  readonly frontends: number;
  readonly reads: number;
  readonly secondsMax: number;
  readonly seed: number;
  readonly gapMs: number;
  /** The name of a rule. */
  readonly without?: string;
  readonly keep?: boolean;
  readonly json?: boolean;
}

const frontendsMax = 5;
const percent = wholeNumberFrom(0, 100);

/** The `chaos` command line: shoppers by default, `coherence` for the caches. */
export function chaosProgram(run: {
  shopping: (options: ShoppingArguments) => Promise<void>;
  coherence: (options: CoherenceArguments) => Promise<void>;
}): Command {
  const program = new Command('chaos')
    .description('Shoppers against a store whose processes are being killed. Exit code 1 when a promise was broken.')
    .addOption(number('--seconds <n>', 'how long shoppers shop in each run', 75))
    .addOption(number('--shoppers <n>', 'concurrent shoppers', 16))
    .addOption(frontendsOption(1))
    .addOption(number('--runs <n>', 'runs in a row, each with its own seed and a fresh store', 1))
    .addOption(number('--seed <n>', 'seed of the first run', 1))
    .addOption(
      new Option('--victims <list>', victims.join(','))
        .default(['leader', 'follower', 'catalog', 'all-orders'] as Victim[])
        .argParser(victimList),
    )
    .addOption(number('--gap-ms <n>', 'mean time between two faults', 2500))
    .addOption(new Option('--pause-percent <n>', 'how many of 100 faults are pauses').default(0).argParser(percent))
    .addOption(new Option('--cut-percent <n>', 'how many of 100 faults are network cuts').default(0).argParser(percent))
    .addOption(
      new Option('--suffer-percent <n>', 'how many of 100 faults are inside the victim (deaths at points, bad disks)')
        .default(0)
        .argParser(percent),
    )
    .option('--keep', 'keep the data folders of runs that passed')
    .option('--json', 'one JSON report a run, on a line of its own')
    .enablePositionalOptions()
    .action(async (options: ShoppingArguments, command: Command) => {
      if (options.pausePercent + options.cutPercent + options.sufferPercent > 100) {
        command.error('Pauses, cuts and faults inside together are more than 100 percent of the faults.');
      }
      await run.shopping(options);
    });
  program
    .command('coherence')
    .description(
      'Readers at every frontend and a writer a product, while catalog and frontends are killed, paused and cut off: every answer is checked.',
    )
    .addOption(new Option('--readers <n>', 'connections that read').default(12).argParser(wholeNumberFrom(1, 1000)))
    .addOption(frontendsOption(3))
    .addOption(number('--reads <n>', 'answers to check', 1_000_000))
    .addOption(number('--seconds-max <n>', 'give up after this time', 1800))
    .addOption(number('--seed <n>', 'seed of faults, readers and writers', 1))
    .addOption(number('--gap-ms <n>', 'mean time between two faults', 4000))
    .addOption(
      new Option(
        '--without <rule>',
        'take a rule out of the code that the store runs: exit code 0 only if that is found',
      ).choices(rules.map(({ name }) => name)),
    )
    .option('--keep', 'keep the data folder when the run passed')
    .option('--json', 'one JSON report')
    .addHelpText('after', `\nRules that can be taken out:\n${ruleLines().join('\n')}`)
    .action((options: CoherenceArguments) => run.coherence(options));
  return program;
}

function number(flags: string, description: string, byDefault: number): Option {
  return new Option(flags, description).default(byDefault).argParser(wholeNumber);
}

function frontendsOption(byDefault: number): Option {
  return new Option('--frontends <n>', `frontends of the store, 1 to ${frontendsMax}`)
    .default(byDefault)
    .argParser(wholeNumberFrom(1, frontendsMax));
}

function ruleLines(): string[] {
  const nameLength = Math.max(...rules.map(({ name }) => name.length));
  return rules.map(({ name, without }) => `  ${name.padEnd(nameLength)}  ${without}`);
}
