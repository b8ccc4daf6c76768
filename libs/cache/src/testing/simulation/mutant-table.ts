import { mutants, theAlgorithm, type Mutant } from './mutants.js';
import { simulate, type SimulationReport } from './sim-world.js';

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
    const found = simulate(seed, mutant).violations.find(({ promise }) => mutant.breaks.test(promise));
    if (found === undefined) continue;
    return {
      mutant: mutant.name,
      schedules: seed,
      promise: found.promise,
      detail: `seed ${seed} at ${found.at} ms: ${found.detail.replaceAll('\n', ' for ')}`,
    };
  }
  return { mutant: mutant.name, schedules: undefined, promise: '–', detail: `survived ${seedsMax} schedules` };
}

export function huntAll(seedsMax: number): readonly MutantFate[] {
  return mutants.map((mutant) => hunt(mutant, seedsMax));
}

/** The unchanged algorithm over the same schedules; the first report with a violation, if there is one. */
export function searchAlgorithm(seedsMax: number): SimulationReport | undefined {
  for (let seed = 1; seed <= seedsMax; seed += 1) {
    const report = simulate(seed, theAlgorithm);
    if (report.violations.length > 0) return report;
  }
  return undefined;
}

/** A table for people, widest column last. */
export function mutantTable(fates: readonly MutantFate[]): string {
  const rows = fates.map(
    ({ mutant, schedules, promise, detail }) =>
      [mutant, schedules === undefined ? 'none' : String(schedules), promise, detail] as const,
  );
  const header = ['a cache that …', 'schedules', 'breaks', 'how it showed'] as const;
  const widths = [0, 1, 2].map((column) => Math.max(...[header, ...rows].map((row) => (row[column] ?? '').length)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, column) => (column < 3 ? cell.padEnd(widths[column] ?? 0) : cell))
      .join('  ')
      .trimEnd();
  return [line(header), line(header.map((cell) => '─'.repeat(cell.length))), ...rows.map(line)].join('\n');
}
