import { afterEach, describe, expect, it } from '@jest/globals';
import { type INestApplication, Injectable, Module, type OnApplicationBootstrap } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Election } from '../election/election.js';
import { OnDeposed, OnElected } from '../election/office-hooks.decorator.js';
import { LeaderModule } from '../leader.module.js';
import { MemoryLogStore } from '../log-store/memory-log-store.js';
import { ReplicatedStateMachine } from '../replicated-log/replicated-state-machine.decorator.js';
import { LeaderInterval } from '../schedule/leader-interval.decorator.js';
import { InMemoryNetwork } from '../testing/in-memory-network.js';
import { ManualClock } from '../testing/manual-clock.js';
import { electionToken } from '../tokens.js';

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

let bootstrap: PromiseWithResolvers;
const events: string[] = [];

interface PromiseWithResolvers {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
}

function gate(): PromiseWithResolvers {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((opened) => (resolve = opened));
  return { promise, resolve };
}

/** What an application does before it can work: filling a cache, say. */
@Injectable()
class SlowService implements OnApplicationBootstrap {
  async onApplicationBootstrap(): Promise<void> {
    events.push('bootstrap begins');
    await bootstrap.promise;
    events.push('bootstrap ends');
  }

  @OnElected()
  elected(): void {
    events.push('elected');
  }

  @OnDeposed()
  deposed(): void {
    events.push('deposed');
  }

  @LeaderInterval('counter', 1000)
  work(): void {
    events.push('interval');
  }
}

let app: INestApplication | undefined;

afterEach(async () => {
  await app?.close();
});

async function newApplication(clock: ManualClock): Promise<INestApplication> {
  bootstrap = gate();
  events.length = 0;

  @Module({
    imports: [
      LeaderModule.forRoot({
        metrics: false,
        logger: { log: () => undefined, warn: () => undefined, error: () => undefined },
        groups: [
          {
            name: 'counter',
            nodeId: 'a',
            members: [{ id: 'a', url: 'http://a.invalid', priority: 1 }],
            dataDir: 'memory',
            auth: 'none',
            clock,
            logStore: new MemoryLogStore({ name: 'a' }),
            transport: new InMemoryNetwork(clock).transport('a'),
          },
        ],
      }),
    ],
    providers: [Counter, SlowService],
  })
  class SlowModule {}

  app = await NestFactory.create(SlowModule, new FastifyAdapter({ forceCloseConnections: true }), { logger: false });
  return app;
}

describe('leadership and the start of the application', () => {
  it('no hook runs before every onApplicationBootstrap has finished and the application listens', async () => {
    const clock = new ManualClock();
    const started = await newApplication(clock);
    const listening = started.listen(0, '127.0.0.1');
    while (!events.includes('bootstrap begins')) await clock.settle();

    // It leads already, and time goes by; its application cannot work yet.
    await clock.advance(60_000);
    const election = started.get<Election>(electionToken('counter'));
    const meanwhile = [election.state().role, election.state().inOffice, ...events];
    bootstrap.resolve();
    await listening;
    await clock.advance(2500);

    expect(meanwhile).toEqual(['leader', false, 'bootstrap begins']);
    expect(events).toEqual(['bootstrap begins', 'bootstrap ends', 'elected', 'interval', 'interval']);
  });

  it('no hook runs in an application that is initialised and never listens, and none when it is closed', async () => {
    const clock = new ManualClock();
    const started = await newApplication(clock);
    bootstrap.resolve();
    await started.init();

    await clock.advance(60_000);
    const closed = started.close();
    await Promise.all([closed, clock.advance(60_000)]);
    app = undefined;

    expect(events).toEqual(['bootstrap begins', 'bootstrap ends']);
  });
});
