#!/usr/bin/env node
import { CommanderError } from 'commander';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { clientProgram, type ClientArguments } from './cli/program.js';
import { openProgress } from './cli/progress.js';
import { runFleet } from './fleet/run-fleet.js';
import { StoreUnreachableError } from './fleet/store-unreachable-error.js';
import { reportText } from './report/report-text.js';

async function run({
  clients,
  requests,
  prob: probs,
  url,
  out,
  json,
  seed = randomInt(2 ** 32),
}: ClientArguments): Promise<void> {
  const progress = openProgress({
    total: clients * requests * probs.length,
    visible: process.stderr.isTTY === true && json !== true,
  });
  try {
    const report = await runFleet({
      url,
      clients,
      requests,
      probs,
      seed,
      out: folderFor(out),
      onVisit: () => progress.advance(),
    });
    progress.stop();
    process.stdout.write(`${json === true ? JSON.stringify(report) : reportText(report)}\n`);
    if (!report.ok) process.exitCode = 1;
  } catch (error) {
    progress.stop();
    if (!(error instanceof StoreUnreachableError)) throw error;
    process.stderr.write(`${error.message}\n`);
    if (json === true)
      process.stdout.write(`${JSON.stringify({ error: { code: error.code, message: error.message } })}\n`);
    process.exitCode = 1;
  }
}

/** Every run that does not say otherwise keeps its files apart: orders of a store that is gone match nothing. */
function folderFor(out: ClientArguments['out']): string | undefined {
  if (out === false) return undefined;
  return out ?? join('data', 'var', 'client', new Date().toISOString().replaceAll(':', '.'));
}

try {
  await clientProgram(run).parseAsync();
} catch (error) {
  // Commander has printed its own message; a mistake in the command line ends with 2, help with 0.
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? 0 : 2;
}
