import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { drawPlan, runPlan } from '@quorumkit/raft/testing';
import { readReplayFile, writeReplayFile } from './replay-file.js';

describe('a replay file', () => {
  let folder: string;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'simulate-'));
  });

  afterEach(() => rm(folder, { recursive: true, force: true }));

  it('replays without the generator: the same hash', async () => {
    const plan = drawPlan(31);
    const { report } = runPlan(plan);
    const failure = { property: 'Test', detail: 'made up', atMs: 1 };

    const path = await writeReplayFile(folder, { plan, failure, hash: report.hash, sequence: ['what happened'] });
    const file = await readReplayFile(path);

    expect(runPlan(file.plan).report.hash).toBe(file.hash);
    expect(file.script).toHaveLength(plan.faults.length);
  });

  it('of another kind is refused', async () => {
    const path = join(folder, 'other.json');
    await writeFile(path, '{}');

    await expect(readReplayFile(path)).rejects.toThrow(/is not a schedule written by/);
  });
});
