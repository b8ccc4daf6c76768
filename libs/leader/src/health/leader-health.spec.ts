import { afterEach, describe, expect, it } from '@jest/globals';
import { type INestApplicationContext, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { Election } from '../election/election.js';
import { LeaderModule } from '../leader.module.js';
import { MemoryLogStore } from '../log-store/memory-log-store.js';
import type { ReplicatedLog } from '../replicated-log/replicated-log.js';
import { ReplicatedStateMachine } from '../replicated-log/replicated-state-machine.decorator.js';
import { InMemoryNetwork } from '../testing/in-memory-network.js';
import { ManualClock } from '../testing/manual-clock.js';
import { electionToken, replicatedLogToken } from '../tokens.js';
import { LeaderHealthIndicator } from './leader-health.js';

@ReplicatedStateMachine('counter')
class Counter {
  apply(): void {
    /* nothing is counted here */
  }

  snapshot(): null {
    return null;
  }

  restore(): void {
    /* nothing was counted */
  }
}

let app: INestApplicationContext | undefined;

afterEach(async () => {
  await app?.close();
});

/** Member `a`; the others never come. */
async function startAlone(
  clock: ManualClock,
  ids: readonly string[],
  store = new MemoryLogStore({ name: 'a' }),
): Promise<LeaderHealthIndicator> {
  const members = ids.map((id) => ({ id, url: `http://${id}.invalid`, priority: 1 }));

  @Module({
    imports: [
      LeaderModule.forRoot({
        metrics: false,
        onFatal: () => undefined,
        logger: { log: () => undefined, warn: () => undefined, error: () => undefined },
        groups: [
          {
            name: 'counter',
            nodeId: 'a',
            members,
            dataDir: 'memory',
            auth: 'none',
            clock,
            logStore: store,
            transport: new InMemoryNetwork(clock).transport('a'),
          },
        ],
      }),
    ],
    providers: [Counter],
  })
  class LonelyModule {}

  app = await NestFactory.createApplicationContext(LonelyModule, { logger: false });
  return app.get(LeaderHealthIndicator);
}

describe('LeaderHealthIndicator', () => {
  it('is alive and not ready for as long as there is no leader: a restart would not bring one', async () => {
    const clock = new ManualClock();
    const health = await startAlone(clock, ['a', 'b', 'c']);
    const election = (app as INestApplicationContext).get<Election>(electionToken('counter'));
    const roles = new Set<string>();
    const alive: boolean[] = [];

    for (let second = 0; second < 60; second++) {
      await clock.advance(1000);
      roles.add(election.state().role);
      alive.push(health.isAlive());
    }

    expect(roles).not.toContain('leader');
    expect(election.state().leader).toBeUndefined();
    expect(new Set(alive)).toEqual(new Set([true]));
    expect(health.isReady()).toBe(false);
    expect(health.check()).toMatchObject([{ alive: true, ready: false, hasQuorum: false, leader: null }]);
  });

  it('is not alive any more once the replica has stopped for good', async () => {
    const clock = new ManualClock();
    let isBroken = false;
    const sync = (): Promise<void> => (isBroken ? Promise.reject(new Error('the disk is broken')) : Promise.resolve());
    const health = await startAlone(clock, ['a'], new MemoryLogStore({ name: 'a', sync }));
    await clock.advance(5000);
    const before = health.check();

    isBroken = true;
    const log = (app as INestApplicationContext).get<ReplicatedLog<string, void>>(replicatedLogToken('counter'));
    await Promise.all([expect(log.propose('x')).rejects.toMatchObject({ definite: false }), clock.advance(5000)]);

    expect(before).toMatchObject([{ alive: true, ready: true, role: 'leader' }]);
    expect(health.isAlive()).toBe(false);
  });
});
