import 'reflect-metadata';
import { writeSync } from 'node:fs';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { filter, firstValueFrom } from 'rxjs';
import type { Election } from '../../election/election.js';
import { LeaderModule } from '../../leader.module.js';
import { FaultyFileOps } from '../../log-store/testing/faulty-file-ops.js';
import type { ReplicatedLog } from '../../replicated-log/replicated-log.js';
import { ReplicatedStateMachine } from '../../replicated-log/replicated-state-machine.decorator.js';
import { electionToken, replicatedLogToken } from '../../tokens.js';

/**
 * A process with a group of one whose disk refuses a sync of the log while it works. Arguments: data folder, error code.
 * Prints `acknowledged <n>`, `failing`, and each file operation after that.
 */
@ReplicatedStateMachine('counter')
class Counter {
  total = 0;

  apply(): number {
    return ++this.total;
  }

  snapshot(): number {
    return this.total;
  }

  restore(total: unknown): void {
    this.total = total as number;
  }
}

// Synchronous: a line that was printed has left the process, also when it ends in the next instant.
const say = (line: string): void => void writeSync(1, `${line}\n`);

async function main([dataDir = '', code = 'EIO']: readonly string[]): Promise<void> {
  let disk: FaultyFileOps | undefined;

  @Module({
    imports: [
      LeaderModule.forRoot({
        takeOffice: 'bootstrap',
        metrics: false,
        groups: [
          {
            name: 'counter',
            nodeId: 'a',
            members: [{ id: 'a', url: 'http://127.0.0.1:1', priority: 1 }],
            dataDir,
            auth: 'none',
            decorate: { files: (real) => (disk = new FaultyFileOps(real)) },
          },
        ],
      }),
    ],
    providers: [Counter],
  })
  class FailingModule {}

  const app = await NestFactory.createApplicationContext(FailingModule, { logger: ['fatal'] });
  const log = app.get<ReplicatedLog<number, number>>(replicatedLogToken('counter'));
  await firstValueFrom(app.get<Election>(electionToken('counter')).state$.pipe(filter(({ inOffice }) => inOffice)));
  for (let count = 1; count <= 20; count++) {
    if (count === 11 && disk !== undefined) {
      let failed = false;
      disk.plan = ({ operation, path }) => {
        if (failed) say(`afterwards ${operation}`);
        if (failed || operation !== 'syncData' || !path.endsWith('.wal')) return undefined;
        failed = true;
        say('failing');
        return { kind: 'fail', code };
      };
    }
    try {
      await log.propose(count);
    } catch (error) {
      // Nothing but the group itself may end this process with 1, and it does so before it tells its callers.
      say(`refused ${String(error)}`);
      process.exit(3);
    }
    say(`acknowledged ${count}`);
  }
  process.exit(0);
}

await main(process.argv.slice(2));
