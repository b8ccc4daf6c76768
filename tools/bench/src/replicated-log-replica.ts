import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import {
  type CommittedEntry,
  type Election,
  LeaderError,
  LeaderModule,
  type MemberOptions,
  type ReplicatedLog,
  ReplicatedStateMachine,
  type StateMachine,
  electionToken,
  raft,
  replicatedLogToken,
} from '@quorumkit/leader';
import type { ReplicaOrder, ReplicaReport } from './replicated-log-protocol.js';

/** Keeps nothing: what is measured is the log. */
@ReplicatedStateMachine('bench')
class Tally implements StateMachine<{ readonly payload: string }, number> {
  private count = 0;

  apply(_entry: CommittedEntry<{ readonly payload: string }>): number {
    return ++this.count;
  }

  snapshot(): number {
    return this.count;
  }

  restore(snapshot: unknown): void {
    this.count = snapshot as number;
  }
}

/** One replica of the benchmark's group, in a process of its own; proposes when its parent says so. */
async function main(): Promise<void> {
  const { NODE_ID: nodeId = '', MEMBERS = '[]', DATA_DIR: dataDir = '' } = process.env;
  const members = JSON.parse(MEMBERS) as MemberOptions[];

  @Module({
    imports: [
      LeaderModule.forRoot({
        metrics: false,
        groups: [
          { name: 'bench', nodeId, members, dataDir, auth: 'none', engine: raft({ priorityTakeoverStableMs: 0 }) },
        ],
      }),
    ],
    providers: [Tally],
  })
  class ReplicaModule {}

  const app = await NestFactory.create<NestFastifyApplication>(
    ReplicaModule,
    new FastifyAdapter({ forceCloseConnections: true }),
    { logger: ['error', 'fatal'] },
  );
  await app.listen(Number(new URL(members.find(({ id }) => id === nodeId)?.url ?? '').port), '127.0.0.1');
  const election = app.get<Election>(electionToken('bench'));
  const log = app.get<ReplicatedLog<{ payload: string }, number>>(replicatedLogToken('bench'));
  election.state$.subscribe(({ inOffice }) => report({ kind: 'role', leads: inOffice }));

  process.on('message', (order: ReplicaOrder) => {
    if (order.kind === 'stop') void app.close().then(() => process.exit(0));
    else void proposeFor(log, order).then(report);
  });
  process.on('disconnect', () => process.exit(0));
}

async function proposeFor(
  log: ReplicatedLog<{ payload: string }, number>,
  order: Extract<ReplicaOrder, { kind: 'propose' }>,
): Promise<ReplicaReport> {
  const latencies: number[] = [];
  let interrupted = false;
  const command = { payload: 'x'.repeat(order.payloadBytes) };
  const startedAt = performance.now();
  const end = startedAt + order.durationMs;
  const cpuBefore = process.cpuUsage();
  const proposer = async (): Promise<void> => {
    for (let now = performance.now(); now < end;) {
      try {
        await log.propose(command);
      } catch (error) {
        // A machine that is busy with something else can cost a leader its office; the round is then repeated.
        if (!(error instanceof LeaderError)) throw error;
        interrupted = true;
        return;
      }
      const done = performance.now();
      latencies.push(done - now);
      now = done;
    }
  };
  await Promise.all(Array.from({ length: order.proposers }, proposer));
  const elapsedMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  latencies.sort((left, right) => left - right);
  const at = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return {
    kind: 'proposed',
    commits: latencies.length,
    elapsedMs,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    cpuMs: (user + system) / 1000,
    interrupted,
  };
}

function report(message: ReplicaReport): void {
  process.send?.(message);
}

await main();
