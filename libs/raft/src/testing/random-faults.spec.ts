import { describe, expect, it } from '@jest/globals';
import { runSchedule } from './run-schedule.js';

/**
 * A first look; `npm run simulate -- run` runs thousands. Replay one: RAFT_SEED=4711 npx nx test raft
 * --testPathPatterns random-faults. More of them: RAFT_SCHEDULES=500 in front of the same command.
 */
const replay = process.env['RAFT_SEED'];
const count = Number(process.env['RAFT_SCHEDULES'] ?? 60);
const seeds = replay === undefined ? Array.from({ length: count }, (_unused, offset) => offset + 1) : [Number(replay)];

describe('random schedules of crashes, pauses, partitions, slow disks and bad networks', () => {
  it(`keep the paper's properties, and everything finishes after the faults end (${seeds.length} seeds)`, () => {
    const failures: string[] = [];
    for (const seed of seeds) {
      try {
        runSchedule({ seed });
      } catch (error) {
        failures.push(`${String(error)}\nReplay: RAFT_SEED=${seed} npx nx test raft --testPathPatterns random-faults`);
      }
    }

    expect(failures).toEqual([]);
  }, 600_000);

  it('are the same whenever they are run again', () => {
    for (const seed of [1, 2, 3]) expect(runSchedule({ seed })).toEqual(runSchedule({ seed }));
  }, 60_000);
});
