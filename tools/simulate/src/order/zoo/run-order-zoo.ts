import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { type OrderMutant, orderMutants } from './mutants.js';

/** What became of one mutant. */
export interface MutantFate {
  readonly mutant: OrderMutant;
  readonly cpuSeconds: number;
  /** Undefined: it was not caught. */
  readonly caught:
    { readonly runs: number; readonly rule: string; readonly detail: string; readonly where: string } | undefined;
}

export interface OrderZooOptions {
  /** Random schedules for one mutant, at most. */
  readonly schedulesMax: number;
  readonly seed: number;
  /** Begin with the schedule that caught it last, instead of at the first one. */
  readonly likelyFirst?: boolean;
  /** What no schedule catches is hunted with faults at named points; default true. */
  readonly points?: boolean;
  /** Only mutants whose name contains it. */
  readonly only?: string;
}

/** Compiled, because the patches are of compiled code; from sources (tests) and from `dist` the way to it is the same. */
const built = join(import.meta.dirname, '../../../dist/order/zoo');

/** Runs each mutant in a process of its own, on the compiled code, until a schedule catches it. */
export async function* runOrderZoo({
  schedulesMax,
  seed,
  likelyFirst = false,
  points = true,
  only = '',
}: OrderZooOptions): AsyncGenerator<MutantFate> {
  for (const mutant of orderMutants.filter(({ name }) => name.includes(only))) {
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...plantArguments(mutant.name),
      join(built, 'hunt-run.js'),
      String(schedulesMax),
      String(seed),
      String(likelyFirst ? mutant.likelySeed : 0),
      points ? '1' : '0',
    ]);
    const { cpuSeconds, ...caught } = JSON.parse(stdout) as { readonly cpuSeconds: number } & Partial<
      NonNullable<MutantFate['caught']>
    >;
    yield { mutant, cpuSeconds, caught: 'rule' in caught ? (caught as MutantFate['caught']) : undefined };
  }
}

/** Of Node, so that what it runs has the bug in it. */
export function plantArguments(mutant: string): readonly string[] {
  const plant = pathToFileURL(join(built, 'plant-mutant.js'));
  plant.searchParams.set('mutant', mutant);
  return ['--import', plant.href];
}
