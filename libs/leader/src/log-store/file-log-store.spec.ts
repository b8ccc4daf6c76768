import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeLogStore } from '../testing/log-store-conformance.js';
import type { LogStoreUnderTest } from '../testing/log-store-conformance.js';
import { FileLogStore } from './file-log-store.js';
import type { FileOps } from './file-ops.js';
import type { ProcessTable } from './lock/process-table.js';
import { nodeFileOps } from './node-file-ops.js';
import { FaultyFileOps } from './testing/faulty-file-ops.js';
import type { Fault } from './testing/faulty-file-ops.js';
import { SimulatedDisk } from './testing/simulated-disk.js';
import { loseUnsynced } from './testing/unsynced-writes.js';

/** A file store whose every sync of a segment can be held or refused. */
function underTest(parts: {
  folder: string;
  files: () => FileOps;
  processes: () => ProcessTable;
  crash: () => void;
  dispose: () => Promise<void>;
}): LogStoreUnderTest {
  let held: Promise<void> | undefined;
  let nextFailure: string | undefined;
  let commits = 0;
  const fault = (): Fault | undefined => {
    const code = nextFailure;
    nextFailure = undefined;
    if (held === undefined) return code === undefined ? undefined : { kind: 'fail', code };
    return code === undefined ? { kind: 'delay', until: held } : { kind: 'fail', code };
  };
  return {
    newStore: (onFailure = () => undefined) =>
      new FileLogStore({
        dataDir: parts.folder,
        segmentBytesMax: 4096,
        claimBytes: 256,
        onFailure,
        trace: (event) => (commits += event.kind === 'committed' ? 1 : 0),
        processes: parts.processes(),
        files: new FaultyFileOps(parts.files(), ({ operation, path }) =>
          operation === 'syncData' && path.endsWith('.wal') ? fault() : undefined,
        ),
      }),
    crash: async () => {
      held = undefined;
      parts.crash();
    },
    holdSyncs: () => {
      let release: () => void = () => undefined;
      held = new Promise((resolve) => {
        release = () => {
          held = undefined;
          resolve();
        };
      });
      return () => release();
    },
    failNextSync: (code) => (nextFailure = code),
    commits: () => commits,
    dispose: parts.dispose,
  };
}

for (const [what, crash] of [
  ['power lost', (disk: SimulatedDisk) => disk.crash()],
  ['process killed', (disk: SimulatedDisk) => disk.kill()],
] as const) {
  describeLogStore(`FileLogStore on a simulated disk, ${what},`, async () => {
    const disk = new SimulatedDisk();
    return underTest({
      folder: '/data',
      files: () => disk,
      processes: () => disk.processes,
      crash: () => crash(disk),
      dispose: async () => undefined,
    });
  });
}

describeLogStore('FileLogStore on the real disk, unsynced writes lost,', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'log-store-'));
  let incarnation = 1;
  const identity = (pid: number) => ({ pid, host: 'here', started: undefined, boot: undefined });
  return underTest({
    folder,
    files: () => loseUnsynced(nodeFileOps),
    processes: () => ({
      self: () => identity(incarnation),
      look: (pid) => (pid === incarnation ? { kind: 'running', started: undefined } : { kind: 'gone' }),
    }),
    crash: () => (incarnation += 1),
    dispose: () => rm(folder, { recursive: true }),
  });
});
