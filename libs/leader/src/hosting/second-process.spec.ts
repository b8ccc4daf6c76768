import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { LogIndex, ReplicaId, Term } from '@quorumkit/raft';
import { MemberInUseError } from '../errors/leader-errors.js';
import type { MemberOptions } from '../group/group-options.js';
import { LeaderModule } from '../leader.module.js';
import { ReplicatedStateMachine } from '../replicated-log/replicated-state-machine.decorator.js';
import { encodeEnvelope } from '../transport/message-codec.js';

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

let folder: string;
const apps: INestApplication[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'second-process-'));
});

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await rm(folder, { recursive: true });
});

async function freeUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

/** Member n1 of the group, with a folder of its own; not yet started. */
async function processOfN1(
  members: readonly MemberOptions[],
  dataDir: string,
  said: string[],
): Promise<INestApplication> {
  @Module({
    imports: [
      LeaderModule.forRoot({
        metrics: false,
        logger: { log: () => undefined, warn: () => undefined, error: (line: string) => said.push(line) },
        groups: [{ name: 'counter', nodeId: 'n1', members, dataDir, auth: 'none', firstStart: 'assumeNew' }],
      }),
    ],
    providers: [Counter],
  })
  class CounterModule {}

  const app = await NestFactory.create(CounterModule, new FastifyAdapter({ forceCloseConnections: true }), {
    logger: false,
    abortOnError: false,
  });
  apps.push(app);
  return app;
}

const listen = (app: INestApplication, { url }: MemberOptions): Promise<unknown> =>
  app.listen(Number(new URL(url).port), '127.0.0.1');

describe('two processes under one member id', () => {
  it('the second one does not start, says who is there, and leaves its folder alone', async () => {
    const member = { id: 'n1', url: await freeUrl(), priority: 1 };
    await listen(await processOfN1([member], join(folder, 'first'), []), member);
    const { bootId } = (await (await fetch(`${member.url}/leader/status`)).json()) as { bootId: string };
    const second = await processOfN1([member], join(folder, 'second'), []);

    const started = second.init();

    await expect(started).rejects.toThrow(MemberInUseError);
    await expect(started).rejects.toMatchObject({ code: 'MEMBER_IN_USE', member: 'n1', url: member.url, bootId });
    expect(await readdir(folder)).toEqual(['first']);
  });

  it('are told by the members that hear both of them, loudly', async () => {
    const members = [
      { id: 'n1', url: await freeUrl(), priority: 1 },
      { id: 'n2', url: await freeUrl(), priority: 1 },
    ];
    const [n1] = members as [MemberOptions];
    const said: string[] = [];
    await listen(await processOfN1(members, join(folder, 'n1'), said), n1);
    const beat = (boot: string, requestId: number): Promise<Response> =>
      fetch(`${n1.url}/raft/counter/messages`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream', 'x-leader-boot': boot },
        body: Uint8Array.from(
          encodeEnvelope({
            from: 'n2' as ReplicaId,
            to: 'n1' as ReplicaId,
            message: { kind: 'heartbeatRequest', requestId, term: 1000 as Term, commitIndex: 0 as LogIndex },
          }),
        ),
      });

    const answers: Response[] = [];
    for (const [position, boot] of ['P', 'P', 'Q', 'P', 'Q', 'P', 'Q'].entries())
      answers.push(await beat(boot, position + 1));

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(said.filter((line) => line.includes('TWO PROCESSES ARE MEMBER n2: boots Q and P'))).toHaveLength(1);
    const { bootId } = (await (await fetch(`${n1.url}/leader/status`)).json()) as { bootId: string };
    expect(answers.at(-1)?.headers.get('x-leader-boot')).toBe(bootId);
  });
});
