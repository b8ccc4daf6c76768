import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { runChaos, type Victim } from '@toystore/chaos';

/** Each run: shoppers buy and read while processes are killed or paused; then every promise is checked. */
describe('while processes are being killed under load', () => {
  const cases: { title: string; victims: Victim[]; pauseShare: number; seed: number }[] = [
    { title: 'kill -9 of the leader', victims: ['leader'], pauseShare: 0, seed: 11 },
    { title: 'kill -9 of a follower', victims: ['follower'], pauseShare: 0, seed: 12 },
    { title: 'kill -9 of the catalog', victims: ['catalog'], pauseShare: 0, seed: 13 },
    { title: 'kill -9 of all order replicas at once', victims: ['all-orders'], pauseShare: 0, seed: 14 },
    { title: 'kill -9 of the frontend', victims: ['frontend'], pauseShare: 0, seed: 15 },
    { title: 'leader and catalog paused (SIGSTOP)', victims: ['leader', 'catalog'], pauseShare: 1, seed: 16 },
    {
      title: 'everything mixed',
      victims: ['leader', 'follower', 'catalog', 'all-orders', 'frontend'],
      pauseShare: 0.3,
      seed: 17,
    },
  ];

  it.each(cases)(
    '$title: nothing acknowledged is lost, nothing is placed twice, nobody is shown old stock',
    async ({ victims, pauseShare, seed }) => {
      const dataDir = await mkdtemp(join(tmpdir(), 'toystore-kills-'));

      const report = await runChaos({ seconds: 12, shoppers: 8, seed, victims, pauseShare, meanGapMs: 1500, dataDir });

      expect(report.violations).toEqual([]);
      expect(report.verify.ok).toBe(true);
      expect(report.acknowledged).toBeGreaterThan(0);
      expect(report.reads).toBeGreaterThan(0);
      expect(report.faults.length).toBeGreaterThan(0);
      await rm(dataDir, { recursive: true, force: true });
    },
    300_000,
  );
});
