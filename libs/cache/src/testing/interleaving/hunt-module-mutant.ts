import { register } from 'node:module';
import { Logger } from '@nestjs/common';
import { moduleMutants } from './module-mutants.js';

// A process of its own for each mutant: `hunt-module-mutant.js <number> <seed> <runs>` plants it in the modules that it
// loads from here on, explores until a promise is broken, and prints what was found as JSON.
const [position, seed, runs] = process.argv.slice(2).map(Number) as [number, number, number];
const mutant = moduleMutants[position];
if (mutant === undefined) throw new RangeError(`There is no mutant ${position}.`);

const patches = (mutant.patches ?? []).map((patch) => [new URL(`../../${patch.file}`, import.meta.url).href, patch]);
register('./patching-loader.js', { parentURL: import.meta.url, data: patches });
Logger.overrideLogger(false);

const { explore } = await import('./explore.js');
const breach = await explore({ seed, runs }, mutant.changed);
const found = breach && { runs: breach.runs, theme: breach.history.theme, detail: breach.broken[0] };
process.stdout.write(`${JSON.stringify(found ?? {})}\n`, () => process.exit(0));
