import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import type { CampaignProgress } from './campaign.js';
import { runSeeds } from './run-seeds.js';

/**
 * The built tool, as a process of its own: schedules run several times faster than under Jest, on all cores.
 * SIMULATE_SCHEDULES and SIMULATE_SEED choose others.
 */
const main = fileURLToPath(new URL('../../dist/main.js', import.meta.url));
const schedules = Number(process.env['SIMULATE_SCHEDULES'] ?? 10_000);
const seed = process.env['SIMULATE_SEED'] ?? '1';

describe('a campaign', () => {
  it(`of ${schedules} schedules breaks nothing, and each of them is full of faults and work`, async () => {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [main, 'run', '--schedules', String(schedules), '--seed', seed, '--workers', '2', '--json'],
      { maxBuffer: 64 * 1024 * 1024 },
    );
    const { totals, failures } = JSON.parse(stdout.split('\n')[0] ?? '') as CampaignProgress;
    const faults = Object.values(totals.faults).reduce((sum, count) => sum + count, 0);

    expect(failures).toEqual([]);
    expect(totals.schedules).toBe(schedules);
    expect(totals.repeated).toBeGreaterThanOrEqual(Math.floor(schedules / 100));
    // A fast schedule in which nothing happens is worth nothing.
    expect(faults / schedules).toBeGreaterThan(30);
    expect(totals.operations / schedules).toBeGreaterThan(60);
    expect((totals.events['becameLeader'] ?? 0) / schedules).toBeGreaterThan(2);
    expect(totals.events['snapshotInstalled']).toBeGreaterThan(0);
    expect(totals.events['logTruncated']).toBeGreaterThan(0);
  }, 1_200_000);

  it('gives the same sums for the same seeds', () => {
    const range = { first: 77, count: 3, repeatEvery: 1 };

    expect(runSeeds(range)).toEqual(runSeeds(range));
    expect(runSeeds(range).totals).toMatchObject({ schedules: 3, repeated: 3 });
  });
});
