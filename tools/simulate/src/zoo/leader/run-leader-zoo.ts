import { StaleAnchorError } from '../edited-text.js';
import { LeaderCopy, type SpecRun } from './leader-copy.js';
import type { LeaderMutant } from './leader-mutant.js';

/** What became of one mutant. */
export interface LeaderHunt extends SpecRun {
  readonly mutant: LeaderMutant;
  readonly durationMs: number;
}

export function isCaught({ firstFailure, problem }: SpecRun): boolean {
  return firstFailure !== undefined && problem === undefined;
}

/** Hunts the mutants, several at a time, each in a copy of the sources; in the order of the mutants. */
export async function runLeaderZoo(
  mutants: readonly LeaderMutant[],
  { workers, done = () => undefined }: { readonly workers: number; readonly done?: (hunt: LeaderHunt) => void },
): Promise<readonly LeaderHunt[]> {
  const waiting = [...mutants];
  const hunts = new Map<string, LeaderHunt>();
  const work = async (): Promise<void> => {
    const copy = await LeaderCopy.make();
    try {
      for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
        const hunted = await hunt(copy, mutant);
        hunts.set(mutant.name, hunted);
        done(hunted);
      }
    } finally {
      await copy.remove();
    }
  };
  await Promise.all(Array.from({ length: Math.min(workers, mutants.length) }, work));
  return mutants.flatMap(({ name }) => hunts.get(name) ?? []);
}

/** The same specs on the unchanged sources: who fails always catches everything. */
export async function runControl(mutants: readonly LeaderMutant[]): Promise<SpecRun> {
  const copy = await LeaderCopy.make();
  try {
    return await copy.run([...new Set(mutants.flatMap(({ specs }) => specs))]);
  } finally {
    await copy.remove();
  }
}

async function hunt(copy: LeaderCopy, mutant: LeaderMutant): Promise<LeaderHunt> {
  const startedAt = performance.now();
  try {
    return { ...(await copy.hunt(mutant)), mutant, durationMs: performance.now() - startedAt };
  } catch (error) {
    if (!(error instanceof StaleAnchorError)) throw error;
    return { tests: 0, firstFailure: undefined, problem: error.message, mutant, durationMs: 0 };
  }
}
