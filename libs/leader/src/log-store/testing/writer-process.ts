import { writeSync } from 'node:fs';
import { FileLogStore } from '../file-log-store.js';
import { nodeFileOps } from '../node-file-ops.js';
import { batch, run } from '../../testing/log-store-conformance.js';
import { loseUnsynced } from './unsynced-writes.js';

/**
 * A process that appends until it is killed. Arguments: data folder, `plain` or `loseUnsynced`, number of appenders.
 * Prints `open <lastIndex>`, then the index of each entry once it was acknowledged; or `refused <message>`.
 */
async function main([dataDir = '', mode = 'plain', appenders = '4']: readonly string[]): Promise<void> {
  const store = new FileLogStore({
    dataDir,
    segmentBytesMax: 16_384,
    onFailure: (error) => {
      throw error;
    },
    files: mode === 'loseUnsynced' ? loseUnsynced(nodeFileOps) : nodeFileOps,
  });
  let last: number;
  try {
    last = (await store.open()).entries.at(-1)?.index ?? 0;
  } catch (error) {
    say(`refused ${error instanceof Error ? error.message : String(error)}`);
    return;
  }
  say(`open ${last}`);
  const appender = async (): Promise<never> => {
    for (;;) {
      last += 1;
      const mine = last;
      await store.append(batch({ entries: run(mine, mine, 1) }));
      say(`${mine}`);
    }
  };
  await Promise.all(Array.from({ length: Number(appenders) }, appender));
}

// Synchronous: a line that was printed has left the process, also when it is killed in the next instant.
function say(line: string): void {
  writeSync(1, `${line}\n`);
}

await main(process.argv.slice(2));
