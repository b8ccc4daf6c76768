import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChaos } from './chaos-run.js';
import { chaosProgram, type CoherenceArguments, type ShoppingArguments } from './cli/program.js';
import { coherenceLines, shoppingLines } from './cli/report-lines.js';
import { runCoherence } from './coherence/coherence-run.js';

const progressEveryMs = 15_000;

async function shopping(options: ShoppingArguments): Promise<void> {
  const { seconds, shoppers, frontends, victims, gapMs, pausePercent, cutPercent, sufferPercent } = options;
  for (let run = 0; run < options.runs; run++) {
    const seed = options.seed + run;
    await inDataDir({ ...options, seed }, async (dataDir) => {
      const report = await runChaos({
        seconds,
        shoppers,
        frontends,
        seed,
        victims,
        meanGapMs: gapMs,
        pauseShare: pausePercent / 100,
        cutShare: cutPercent / 100,
        sufferShare: sufferPercent / 100,
        dataDir,
      });
      print(report, shoppingLines(report), options);
      const again =
        `npm run chaos -- --seed ${seed} --seconds ${seconds} --shoppers ${shoppers} --frontends ${frontends} --victims ${victims.join(',')} ` +
        `--gap-ms ${gapMs} --pause-percent ${pausePercent} --cut-percent ${cutPercent} --suffer-percent ${sufferPercent}`;
      return { ok: report.ok, again };
    });
  }
}

async function coherence(options: CoherenceArguments): Promise<void> {
  const { readers, frontends, reads, secondsMax, seed, gapMs, without } = options;
  let lastSaidMs = performance.now();
  await inDataDir(options, async (dataDir) => {
    const report = await runCoherence({
      readers,
      frontends,
      reads,
      secondsMax,
      seed,
      meanGapMs: gapMs,
      dataDir,
      without,
      onProgress: (checked) => {
        if (performance.now() - lastSaidMs < progressEveryMs) return;
        lastSaidMs = performance.now();
        console.error(`${checked} of ${reads} reads checked`);
      },
    });
    print(report, coherenceLines(report), options);
    const again = `npm run chaos -- coherence --seed ${seed} --readers ${readers} --frontends ${frontends} --reads ${reads} --gap-ms ${gapMs}`;
    if (without === undefined) return { ok: report.ok, again };
    // What is broken besides is no proof: it is the readers who have to see it.
    const found = report.stale > 0;
    const say = options.json === true ? console.error : console.log;
    say(`  without ${without}: ${found ? 'found' : 'NOT FOUND'}, ${report.stale} of ${report.checked} reads wrong`);
    return { ok: found, again: `${again} --without ${without}` };
  });
}

function print(report: unknown, lines: readonly string[], { json }: { readonly json?: boolean }): void {
  console.log(json === true ? JSON.stringify(report) : lines.join('\n'));
}

/** The folder of a run that found something stays, and the command that repeats it is said. */
async function inDataDir(
  { seed, keep, json }: { readonly seed: number; readonly keep?: boolean; readonly json?: boolean },
  run: (dataDir: string) => Promise<{ ok: boolean; again: string }>,
): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), `toystore-chaos-${seed}-`));
  const { ok, again } = await run(dataDir);
  const say = json === true ? console.error : console.log;
  if (!ok) {
    process.exitCode = 1;
    say(`  Everything is in ${dataDir}. Again: ${again}`);
  } else if (keep === true) say(`  Everything is in ${dataDir}.`);
  else await rm(dataDir, { recursive: true, force: true });
}

await chaosProgram({ shopping, coherence }).parseAsync();
