import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Registry } from 'prom-client';
import type { Election } from '../election/election.js';
import { LeaderHealthIndicator } from '../health/leader-health.js';
import { LeaderModule } from '../leader.module.js';
import { FaultyFileOps } from '../log-store/testing/faulty-file-ops.js';
import type { ReplicatedLog } from '../replicated-log/replicated-log.js';
import { ReplicatedStateMachine } from '../replicated-log/replicated-state-machine.decorator.js';
import { electionToken, replicatedLogToken } from '../tokens.js';
import { LeaderGroups } from './leader-groups.js';

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

let folder: string;
let app: INestApplicationContext | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'full-disk-'));
});

afterEach(async () => {
  await app?.close();
  await rm(folder, { recursive: true });
});

async function until(what: string, condition: () => boolean): Promise<void> {
  for (const end = performance.now() + 30_000; !condition();) {
    if (performance.now() > end) throw new Error(`waited 30 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe('an application whose disk runs full', () => {
  it('says so in its status, health, metrics and log, stays alive, and recovers', async () => {
    let disk: FaultyFileOps | undefined;
    const registry = new Registry();
    const logged: string[] = [];

    @Module({
      imports: [
        LeaderModule.forRoot({
          takeOffice: 'bootstrap',
          metrics: registry,
          logger: {
            log: (line: string) => logged.push(line),
            warn: () => undefined,
            error: (line: string) => logged.push(line),
          },
          groups: [
            {
              name: 'counter',
              nodeId: 'a',
              members: [{ id: 'a', url: 'http://127.0.0.1:1', priority: 1 }],
              dataDir: folder,
              auth: 'none',
              decorate: { files: (real) => (disk = new FaultyFileOps(real)) },
            },
          ],
        }),
      ],
      providers: [Counter],
    })
    class FullModule {}

    const started = await NestFactory.createApplicationContext(FullModule, { logger: false });
    app = started;
    const log = started.get<ReplicatedLog<number, number>>(replicatedLogToken('counter'));
    const election = started.get<Election>(electionToken('counter'));
    const report = async (): Promise<unknown> => {
      const [health] = started.get(LeaderHealthIndicator).check();
      const metric = (await registry.getSingleMetricAsString('leader_disk_full')).split('\n').at(-1)?.split(' ').at(-1);
      return {
        status: started.get(LeaderGroups).find()?.status().storage,
        health: health?.storage,
        ready: health?.ready,
        alive: health?.alive,
        metric,
      };
    };
    await until('office', () => election.state().inOffice);
    await log.propose(1);
    const before = await report();

    const files = disk as unknown as FaultyFileOps;
    files.plan = ({ operation }) =>
      operation === 'write' || operation === 'create' ? { kind: 'fail', code: 'ENOSPC' } : undefined;
    log.propose(2).catch(() => undefined);
    await until('the disk to be full', () =>
      logged.some((line) => line.includes(`the disk is full`) && line.includes(folder)),
    );
    const during = await report();
    files.plan = () => undefined;
    await until('office again', () => election.state().inOffice);

    expect(before).toEqual({ status: 'writable', health: 'writable', ready: true, alive: true, metric: '0' });
    expect(during).toEqual({ status: 'full', health: 'full', ready: false, alive: true, metric: '1' });
    expect(await report()).toEqual(before);
    expect((await log.propose(3)).result).toBeGreaterThanOrEqual(2);
  }, 60_000);
});
