import { mutants, theAlgorithm, type Mutant } from './mutants.js';
import { walkLedger } from '../ledger-model/walk-ledger.js';
import type { RedundantRule } from './redundant-rules.js';
import { simulate } from './sim-world.js';

/** What became of one rule that was taken away. */
export interface MutantFate {
  readonly mutant: string;
  /** Schedules until a promise was broken, this one included; nothing when none was. */
  readonly schedules: number | undefined;
  readonly promise: string;
  /** The first thing that went wrong. */
  readonly detail: string;
}

/** Runs seeds 1, 2, … until the mutant breaks one of the promises that it is said to break. */
export function hunt(mutant: Mutant, seedsMax: number): MutantFate {
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    const found = firstBreach(seed, mutant);
    if (found !== undefined) return { mutant: mutant.name, schedules: seed, ...found };
  }
  return { mutant: mutant.name, schedules: undefined, promise: '–', detail: `survived ${seedsMax} schedules` };
}

function firstBreach(seed: number, mutant: Mutant): Pick<MutantFate, 'promise' | 'detail'> | undefined {
  if (mutant.model === 'ledger') {
    const found = walkLedger(seed, mutant.owner);
    return found !== undefined && mutant.breaks.test(found.promise) ? found : undefined;
  }
  const found = simulate(seed, mutant).violations.find(({ promise }) => mutant.breaks.test(promise));
  if (found === undefined) return undefined;
  const { promise, at, detail } = found;
  return { promise, detail: `seed ${seed} at ${at} ms: ${detail.replaceAll('\n', ' for ')}` };
}

export function huntAll(seedsMax: number): readonly MutantFate[] {
  return mutants.map((mutant) => hunt(mutant, seedsMax));
}

/** The unchanged algorithm over the same schedules, in both models; the first breach, if there is one. */
export function searchAlgorithm(seedsMax: number): MutantFate | undefined {
  const fates = (['store', 'ledger'] as const).map((model) => hunt({ ...theAlgorithm, model, breaks: /./ }, seedsMax));
  return fates.find(({ schedules }) => schedules !== undefined);
}

/** What becomes of a rule that another one stands behind: alone, over so many schedules, and without both. */
export interface RedundancyFate {
  readonly behind: string;
  readonly alone: MutantFate;
  readonly together: MutantFate;
}

export function huntRedundant(
  { alone, behind, together }: RedundantRule,
  seedsMax: { readonly alone: number; readonly together: number },
): RedundancyFate {
  return { behind, alone: hunt(alone, seedsMax.alone), together: hunt(together, seedsMax.together) };
}

export function redundancyTable(fates: readonly RedundancyFate[]): string {
  const shown = ({ schedules }: MutantFate) => (schedules === undefined ? 'none' : String(schedules));
  const rows = fates.map(
    ({ alone, behind, together }) => [alone.mutant, shown(alone), shown(together), behind] as const,
  );
  return tableOf(['a cache that …', 'alone', 'without both', 'kept by'], rows);
}

/** A table for people, widest column last. */
export function mutantTable(fates: readonly MutantFate[]): string {
  const rows = fates.map(
    ({ mutant, schedules, promise, detail }) =>
      [mutant, schedules === undefined ? 'none' : String(schedules), promise, detail] as const,
  );
  return tableOf(['a cache that …', 'schedules', 'breaks', 'how it showed'], rows);
}

type Row = readonly [string, string, string, string];

function tableOf(header: Row, rows: readonly Row[]): string {
  const widths = [0, 1, 2].map((column) => Math.max(...[header, ...rows].map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column < 3 ? cell.padEnd(widths[column] ?? 0) : cell))
      .join('  ')
      .trimEnd();
  return [line(header), line(header.map((cell) => '─'.repeat(cell.length))), ...rows.map(line)].join('\n');
}
