import { MutantBuild, type TestingModule } from './mutant-build.js';
import type { Mutant } from './mutants/mutant.js';

export interface Catch {
  /** The property that was seen broken. */
  readonly property: string;
  readonly detail: string;
}

/** What found a bug, and how long it took. */
export interface Hunt {
  readonly mutant: string;
  readonly rule: string;
  /** How many random schedules it took; undefined when none of them found it. */
  readonly schedules: number | undefined;
  readonly bySchedule: Catch | undefined;
  /** The first directed scenario that found it. */
  readonly scenario: string | undefined;
  readonly byScenario: Catch | undefined;
}

export interface HuntLimits {
  /** Random schedules at most. */
  readonly schedulesMax: number;
  readonly firstSeed: number;
  /** Also lets random schedules loose on what a directed scenario has caught, to see how long they take. */
  readonly always: boolean;
}

/** Lets the directed scenarios, then random schedules, loose on a copy of the core with one bug in it. */
export async function hunt(mutant: Mutant, limits: HuntLimits): Promise<Hunt> {
  const build = await MutantBuild.of(mutant);
  try {
    const directed = tryScenarios(build.testing);
    const isNeeded = limits.always || directed.scenario === undefined;
    const random = isNeeded ? trySchedules(build.testing, limits) : notTried;
    return { mutant: mutant.name, rule: mutant.rule, ...directed, ...random };
  } finally {
    await build.remove();
  }
}

export function isCaught({ scenario, schedules }: Hunt): boolean {
  return scenario !== undefined || schedules !== undefined;
}

const notTried = { schedules: undefined, bySchedule: undefined };

function trySchedules(
  { drawPlan, runPlan }: TestingModule,
  { schedulesMax, firstSeed }: HuntLimits,
): Pick<Hunt, 'schedules' | 'bySchedule'> {
  for (let tried = 0; tried < schedulesMax; tried += 1) {
    const { failure } = runPlan(drawPlan(firstSeed + tried));
    if (failure !== undefined) return { schedules: tried + 1, bySchedule: failure };
  }
  return notTried;
}

function tryScenarios({ scenarios }: TestingModule): Pick<Hunt, 'scenario' | 'byScenario'> {
  for (const { name, run } of scenarios) {
    try {
      run();
    } catch (error) {
      return { scenario: name, byScenario: catchOf(error) };
    }
  }
  return { scenario: undefined, byScenario: undefined };
}

function catchOf(error: unknown): Catch {
  if (!(error instanceof Error)) return { property: 'thrown', detail: String(error) };
  // The mutant's modules have classes of their own, so `instanceof PropertyViolation` would say no.
  const property = 'property' in error && typeof error.property === 'string' ? error.property : error.name;
  return { property, detail: error.message };
}
