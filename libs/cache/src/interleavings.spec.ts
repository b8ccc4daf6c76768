import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

import { beforeAll, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';

import { drawHistory, explore, shrink } from './testing/interleaving/explore.js';
import { explored, huntModuleMutant } from './testing/interleaving/module-mutant-table.js';
import { moduleMutants } from './testing/interleaving/module-mutants.js';
import { themes } from './testing/interleaving/themes.js';

Logger.overrideLogger(false);

const seed = Number(process.env['CACHE_INTERLEAVING_SEED'] ?? explored.seed);
const runs = Number(process.env['CACHE_INTERLEAVING_RUNS'] ?? explored.runs);
const project = join(import.meta.dirname, '..');
const dist = pathToFileURL(join(project, 'dist/'));

describe(`the real modules, one message at a time, from seed ${seed} on`, () => {
  it(`keep every promise in ${runs} histories`, async () => {
    const breach = await explore({ seed, runs });
    if (breach === undefined) return;

    const { history } = breach;
    const replay = `CACHE_INTERLEAVING_SEED=${history.seed} CACHE_INTERLEAVING_RUNS=1 npx nx test cache -- interleavings`;
    throw new Error([`Replay: ${replay}`, `Theme: ${history.theme}`, ...(await shrink(breach))].join('\n'));
  }, 900_000);

  it('meet every theme in the histories of CI, and the same ones each time', () => {
    const drawn = Array.from({ length: explored.runs }, (_, offset) => drawHistory(explored.seed + offset));

    expect(new Set(drawn.map(({ theme }) => theme))).toEqual(new Set(themes.map(({ name }) => name)));
    expect(drawHistory(explored.seed)).toEqual(drawn[0]);
  });
});

describe('the histories of CI', () => {
  beforeAll(async () => {
    // What is wrong is put into compiled code, so that has to be that of the sources.
    const compiler = join(project, '../../node_modules/typescript7/bin/tsc');
    await promisify(execFile)(process.execPath, [compiler, '-b', 'tsconfig.lib.json'], { cwd: project });
  }, 600_000);

  it.each(moduleMutants.flatMap(({ name, patches = [] }) => patches.map((patch) => ({ name, ...patch }))))(
    'can be run with a store that $name',
    ({ file, find }) => {
      const source = readFileSync(new URL(file, dist), 'utf8');

      expect({ file, find, places: source.split(find).length - 1 }).toEqual({ file, find, places: 1 });
    },
  );

  it.each(moduleMutants)(
    'catch a store that $name',
    async (mutant) => {
      const { caught } = await huntModuleMutant(mutant, dist);

      expect(caught?.detail).toMatch(/./);
    },
    600_000,
  );
});
