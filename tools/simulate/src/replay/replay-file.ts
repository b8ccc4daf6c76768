import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeFault, type ScheduleFailure, type SchedulePlan } from '@quorumkit/raft/testing';

/** A failing schedule that needs no generator any more. */
export interface ReplayFile {
  readonly version: 1;
  readonly failure: ScheduleFailure;
  /** Of the run; another one now means that the core or the simulator has changed since. */
  readonly hash: string;
  readonly plan: SchedulePlan;
  /** For readers only. */
  readonly script: readonly string[];
  readonly sequence: readonly string[];
}

export class ReplayFileError extends Error {
  override readonly name = 'ReplayFileError';
}

/** @returns its path. */
export async function writeReplayFile(folder: string, about: Omit<ReplayFile, 'version' | 'script'>): Promise<string> {
  await mkdir(folder, { recursive: true });
  const path = join(folder, `seed-${about.plan.seed}.json`);
  const file: ReplayFile = { version: 1, ...about, script: about.plan.faults.map(describeFault) };
  await writeFile(path, `${JSON.stringify(file, undefined, 1)}\n`);
  return path;
}

export async function readReplayFile(path: string): Promise<ReplayFile> {
  const file = JSON.parse(await readFile(path, 'utf8')) as ReplayFile;
  if (file.version !== 1 || file.plan === undefined) {
    throw new ReplayFileError(`${path} is not a schedule written by \`simulate run\` (format 1).`);
  }
  return file;
}
