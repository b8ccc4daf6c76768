import { describe, expect, it } from '@jest/globals';

import { hunt, huntRedundant, mutantTable } from './mutant-table.js';
import { mutants, theAlgorithm, type Mutant } from './mutants.js';
import { redundantRules } from './redundant-rules.js';
import { simulate, type SimulationReport } from './sim-world.js';

const onlySeed = process.env['CACHE_SIMULATION_SEED'];
const seedCount = Number(process.env['CACHE_SIMULATION_SEEDS'] ?? 1_000);
const seedsForMutants = 400;

function firstViolation(mutant: Mutant, seeds: Iterable<number>): SimulationReport | undefined {
  for (const seed of seeds) {
    const report = simulate(seed, mutant);
    if (report.violations.length > 0) return report;
  }
  return undefined;
}

function* upTo(count: number): Generator<number> {
  for (let seed = 1; seed <= count; seed += 1) yield seed;
}

function story({ seed, violations }: SimulationReport): string {
  const lines = violations.slice(0, 5).map(({ at, promise, detail }) => `  at ${at} ms, ${promise}: ${detail}`);
  return [`Seed ${seed}:`, ...lines, `Replay: CACHE_SIMULATION_SEED=${seed} npx nx test cache -- simulation`].join(
    '\n',
  );
}

describe('frontends, owner and a bad network in virtual time', () => {
  it(`keeps every promise in ${onlySeed === undefined ? seedCount : `seed ${onlySeed}`} histories`, () => {
    const broken = firstViolation(theAlgorithm, onlySeed === undefined ? upTo(seedCount) : [Number(onlySeed)]);

    if (broken !== undefined) throw new Error(story(broken));
  }, 900_000);

  it('is a busy history: most orders wait for caches, and a good part of the reads are hits', () => {
    const reports = [...upTo(50)].map((seed) => simulate(seed, theAlgorithm));

    const sum = (of: (report: SimulationReport) => number) => reports.reduce((total, report) => total + of(report), 0);
    expect(sum(({ reads }) => reads)).toBeGreaterThan(10_000);
    expect(sum(({ hits }) => hits) / sum(({ reads }) => reads)).toBeGreaterThan(0.2);
    expect(sum(({ orders }) => orders)).toBeGreaterThan(2_000);
  }, 300_000);

  it('is the same history for the same seed', () => {
    expect(simulate(7, theAlgorithm)).toEqual(simulate(7, theAlgorithm));
  });

  it('serves what has outlived its time now and then, and blames no honest owner', () => {
    const reports = [...upTo(50)].map((seed) => simulate(seed, theAlgorithm));

    expect(reports.reduce((total, { staleHits }) => total + staleHits, 0)).toBeGreaterThan(100);
    expect(reports.reduce((total, { regressions }) => total + regressions, 0)).toBe(0);
  }, 300_000);

  it('notices an owner that sends the DELETE before the commit', () => {
    const hasty = mutants.find(({ flaws }) => flaws.deleteBeforeCommit) as Mutant;

    expect([...upTo(20)].reduce((total, seed) => total + simulate(seed, hasty).regressions, 0)).toBeGreaterThan(0);
  }, 300_000);

  it.each(mutants.map((mutant) => [mutant.name, mutant] as const))(
    'catches a cache that %s',
    (_name, mutant) => {
      const fate = hunt(mutant, seedsForMutants);

      expect(fate.promise).toMatch(mutant.breaks);
      expect(mutantTable([fate])).toContain(fate.detail);
    },
    600_000,
  );

  it.each(redundantRules.map((rule) => [rule.alone.name, rule] as const))(
    'keeps its promises when it %s, but not without the rule behind that as well',
    (_name, rule) => {
      const { alone, together } = huntRedundant(rule, { alone: 50, together: seedsForMutants });

      expect(alone.schedules).toBeUndefined();
      expect(together.promise).toMatch(rule.together.breaks);
    },
    600_000,
  );
});
