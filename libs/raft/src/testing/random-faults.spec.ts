import { describe, expect, it } from '@jest/globals';
import { runSchedule } from './run-schedule.js';

/**
 * Replay one: RAFT_SEED=4711 npx nx test raft --testPathPatterns random-faults
 * More and longer ones: RAFT_SCHEDULES=5000 RAFT_FAULTS_MS=8000 in front of the same command.
 */
const replay = process.env['RAFT_SEED'];
const count = Number(process.env['RAFT_SCHEDULES'] ?? 200);
const faultsMs = Number(process.env['RAFT_FAULTS_MS'] ?? 2500);
const seeds = replay === undefined ? Array.from({ length: count }, (_unused, offset) => offset + 1) : [Number(replay)];

describe('random schedules of crashes, pauses, partitions, slow disks and bad networks', () => {
  it(`keep the paper's properties, and everything finishes after the faults end (${seeds.length} seeds)`, () => {
    const failures: string[] = [];
    for (const seed of seeds) {
      try {
        runSchedule({ seed, faultsMs });
      } catch (error) {
        failures.push(`${String(error)}\nReplay: RAFT_SEED=${seed} npx nx test raft --testPathPatterns random-faults`);
      }
    }

    expect(failures).toEqual([]);
  }, 600_000);

  it('are the same whenever they are run again', () => {
    for (const seed of [1, 2, 3]) expect(runSchedule({ seed, faultsMs })).toEqual(runSchedule({ seed, faultsMs }));
  }, 60_000);
});
