import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { MemberOptions } from '../group/group-options.js';
import type { ReplicaStatus } from '../hosting/hosted-group.js';
import { LeaderModule } from '../leader.module.js';
import { ReplicatedStateMachine } from '../replicated-log/replicated-state-machine.decorator.js';
import type { ReplicatedLog } from '../replicated-log/replicated-log.js';
import type { CommittedEntry, StateMachine } from '../replicated-log/state-machine.js';
import { replicatedLogToken } from '../tokens.js';
import { LeaderDirectory } from './leader-directory.js';

@ReplicatedStateMachine('counter')
class Counter implements StateMachine {
  total = 0;

  apply({ command }: CommittedEntry): number {
    return (this.total += command as number);
  }

  snapshot(): number {
    return this.total;
  }

  restore(snapshot: unknown): void {
    this.total = snapshot as number;
  }
}

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

async function addressesOf(ids: readonly string[]): Promise<MemberOptions[]> {
  return Promise.all(
    ids.map(async (id, position) => {
      const server = createServer();
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const { port } = server.address() as AddressInfo;
      await new Promise((resolve) => server.close(resolve));
      return { id, url: `http://127.0.0.1:${port}`, priority: position + 1 };
    }),
  );
}

/** A process of the group; `joining`: to be added to it. */
async function start(
  self: MemberOptions,
  members: readonly MemberOptions[],
  dataDir: string,
): Promise<INestApplication> {
  const joining = members.includes(self) ? {} : { joining: self };
  const group = {
    name: 'counter',
    nodeId: self.id,
    members,
    dataDir: join(dataDir, self.id),
    auth: 'none',
    electionTimeoutMs: [5000, 8000],
    ...joining,
  } as const;
  const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };

  @Module({
    imports: [
      LeaderModule.forRoot({
        groups: [group],
        metrics: false,
        logger: silent,
        onFatal: (error) => expect(error).toBeUndefined(),
      }),
    ],
    providers: [Counter],
  })
  class MemberModule {}

  const app = await NestFactory.create<NestFastifyApplication>(
    MemberModule,
    new FastifyAdapter({ forceCloseConnections: true }),
    { logger: false, rawBody: true },
  );
  closing.push(() => app.close());
  await app.listen(Number(new URL(self.url).port), '127.0.0.1');
  return app;
}

async function until(what: string, probe: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + 30_000;
  while (!(await probe())) {
    if (performance.now() > deadline) throw new Error(`waited 30 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const statusOf = async (url: string): Promise<ReplicaStatus> =>
  (await (await fetch(`${url}/leader/status`)).json()) as ReplicaStatus;

describe('LeaderDirectory over HTTP, when the members of its group change,', () => {
  it('reaches a group in which the only member that it was configured with has been replaced by three others', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'following-members-'));
    closing.push(() => rm(dataDir, { recursive: true }));
    const [first, ...newcomers] = (await addressesOf(['n1', 'n2', 'n3', 'n4'])) as [MemberOptions, ...MemberOptions[]];
    const apps = new Map([[first.id, await start(first, [first], dataDir)]]);
    const directory = new LeaderDirectory({
      group: 'counter',
      members: [first],
      auth: 'none',
      heartbeatIntervalMs: 100,
    });
    closing.push(() => directory.close());
    directory.start();
    // As any caller does: wherever the directory says the leader is.
    const change = async (body: object): Promise<void> => {
      await until(JSON.stringify(body), async () => {
        const { url } = await directory.ensureLeader({ deadline: performance.now() + 30_000 });
        const answer = await fetch(`${url}/leader/members`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
        });
        // Repeated after an outcome that is not known, it may have been made already.
        return answer.status === 200 || /is a \w+ already|is no member/.test(await answer.text());
      });
    };
    const add = (amount: number, key: string): Promise<unknown> =>
      directory.call(
        async ({ id }) =>
          (
            await (apps.get(id) as INestApplication)
              .get<ReplicatedLog<number, number>>(replicatedLogToken('counter'))
              .propose(amount, { key })
          ).result,
        {
          retryIndeterminate: true,
          deadline: performance.now() + 30_000,
        },
      );
    expect(await add(1, 'a')).toBe(1);

    for (const newcomer of newcomers) {
      apps.set(newcomer.id, await start(newcomer, [first], dataDir));
      await change({ change: 'addLearner', ...newcomer });
      await change({ change: 'promote', id: newcomer.id });
    }
    await change({ change: 'remove', id: first.id });
    await until(
      'the directory to know the three others',
      () =>
        directory
          .members()
          .map(({ id }) => id)
          .join(' ') === 'n2 n3 n4',
    );
    await apps.get(first.id)?.close();
    expect(await add(10, 'b')).toBe(11);

    const leader = await directory.ensureLeader();
    await apps.get(leader.id)?.close();
    expect(await add(100, 'c')).toBe(111);
    const next = await directory.ensureLeader();
    expect(newcomers).toContainEqual(expect.objectContaining({ id: next.id, url: next.url }));
    expect(await statusOf(next.url)).toMatchObject({
      id: next.id,
      role: 'leader',
      configuration: { members: newcomers.map((newcomer) => ({ ...newcomer, kind: 'voter' })) },
    });
  }, 60_000);
});
