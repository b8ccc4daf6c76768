import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import { runChaos } from './chaos-run.js';
import type { Victim } from './fault-plan.js';

const victims: readonly Victim[] = ['leader', 'follower', 'catalog', 'frontend', 'all-orders'];

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value) || value < 0) throw new InvalidArgumentError('A whole number that is not negative is needed.');
  return value;
}

function victimList(text: string): Victim[] {
  return text.split(',').map((name) => {
    const victim = victims.find((each) => each === name);
    if (victim === undefined) throw new InvalidArgumentError(`Victims are ${victims.join(', ')}.`);
    return victim;
  });
}

const program = new Command('chaos')
  .description('Shoppers against a store whose processes are being killed. Exit code 1 when a promise was broken.')
  .addOption(new Option('--seconds <n>', 'how long shoppers shop in each run').default(75).argParser(wholeNumber))
  .addOption(new Option('--shoppers <n>', 'concurrent shoppers').default(16).argParser(wholeNumber))
  .addOption(new Option('--runs <n>', 'runs in a row, each with its own seed and a fresh store').default(1).argParser(wholeNumber))
  .addOption(new Option('--seed <n>', 'seed of the first run').default(1).argParser(wholeNumber))
  .addOption(new Option('--victims <list>', victims.join(',')).default(['leader', 'follower', 'catalog', 'all-orders'] as Victim[]).argParser(victimList))
  .addOption(new Option('--gap-ms <n>', 'mean time between two faults').default(2500).argParser(wholeNumber))
  .addOption(new Option('--pause-percent <n>', 'how many of 100 faults are pauses instead of kills').default(0).argParser(wholeNumber))
  .option('--keep', 'keep the data folders of runs that passed')
  .option('--json', 'one JSON report a run, on a line of its own');

const options = program.parse().opts<{
  seconds: number;
  shoppers: number;
  runs: number;
  seed: number;
  victims: Victim[];
  gapMs: number;
  pausePercent: number;
  keep?: boolean;
  json?: boolean;
}>();

let broken = 0;
for (let run = 0; run < options.runs; run++) {
  const seed = options.seed + run;
  const dataDir = await mkdtemp(join(tmpdir(), `toystore-chaos-${seed}-`));
  const report = await runChaos({
    seconds: options.seconds,
    shoppers: options.shoppers,
    seed,
    victims: options.victims,
    meanGapMs: options.gapMs,
    pauseShare: options.pausePercent / 100,
    dataDir,
  });
  if (options.json === true) console.log(JSON.stringify(report));
  else {
    console.log(
      `seed ${seed}: ${report.ok ? 'ok' : 'BROKEN'} · ${report.faults.length} faults · ${report.acknowledged} orders acknowledged, ` +
        `${report.refused} refused, ${report.unknown} unknown, ${report.retries} retries · ${report.reads} reads, ${report.failedReads} failed · ` +
        `longest time without an order ${report.longestGapMs} ms · ${report.verify.orders} orders stored`,
    );
    for (const violation of report.violations.slice(0, 20)) console.log(`  ${violation}`);
  }
  if (!report.ok) {
    broken++;
    console.log(`  Everything is in ${dataDir}. Again: npm run chaos -- --seed ${seed} --seconds ${options.seconds} --shoppers ${options.shoppers}`);
  } else if (options.keep !== true) {
    await rm(dataDir, { recursive: true, force: true });
  }
}
process.exitCode = broken === 0 ? 0 : 1;
