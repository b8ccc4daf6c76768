import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type OrderMutant, orderMutants } from './mutants.js';

/** What became of one mutant. */
export interface MutantFate {
  readonly mutant: OrderMutant;
  readonly cpuSeconds: number;
  /** Undefined: it was not caught. */
  readonly caught: { readonly runs: number; readonly caughtBy: string; readonly where: string } | undefined;
}

export interface OrderZooOptions {
  readonly schedulesMax: number;
  readonly seed: number;
  /** Only mutants whose name contains it. */
  readonly only?: string;
}

/** Compiled, because the patches are of compiled code; from sources (tests) and from `dist` the way to it is the same. */
const script = join(import.meta.dirname, '../../../dist/order/zoo/mutant-run.js');

/** Runs each mutant in a process of its own, on the compiled code, until a schedule catches it. */
export async function* runOrderZoo({ schedulesMax, seed, only = '' }: OrderZooOptions): AsyncGenerator<MutantFate> {
  for (const mutant of orderMutants.filter(({ name }) => name.includes(only))) {
    const { stdout } = await promisify(execFile)(process.execPath, [
      script,
      mutant.name,
      String(schedulesMax),
      String(seed),
    ]);
    const { cpuSeconds, ...caught } = JSON.parse(stdout) as { readonly cpuSeconds: number } & Partial<
      NonNullable<MutantFate['caught']>
    >;
    yield { mutant, cpuSeconds, caught: 'caughtBy' in caught ? (caught as MutantFate['caught']) : undefined };
  }
}
