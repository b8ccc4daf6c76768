import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Measurement } from './measurement.js';
import type { ReplicaOrder, ReplicaReport } from './replicated-log-protocol.js';

type Proposed = Extract<ReplicaReport, { kind: 'proposed' }>;

const proposerCounts = [1, 64, 256] as const;
const payloadBytes = 240;

interface Replica {
  readonly process: ChildProcess;
  leads: boolean;
}

/**
 * Durable commits through three replicas, each a process of its own with its log on the same disk, talking HTTP; the
 * proposers live in the leader's process. Beside it one write and one fdatasync at a time, on that disk in that minute.
 * `folder` must be on the disk in question, not on a memory file system.
 */
export async function benchReplicatedLog(
  options: { folder?: string; roundMs?: number; rounds?: number } = {},
): Promise<Measurement> {
  const { roundMs = 2000, rounds = 3 } = options;
  const folder = await mkdtemp(join(options.folder ?? tmpdir(), 'bench-replicated-'));
  const replicas = await startReplicas(folder);
  const syncs: number[] = [];
  const byCount = new Map<number, Proposed[]>(proposerCounts.map((count) => [count, []]));
  try {
    await Promise.all(replicas.map(({ process: child }) => once(child, 'message')));
    await propose(replicas, 64, 500);
    for (let round = 0; round < rounds; round++) {
      syncs.push(await syncMs(join(folder, `raw-${round}`)));
      for (const count of proposerCounts) byCount.get(count)?.push(await propose(replicas, count, roundMs));
    }
  } finally {
    await Promise.all(replicas.map(stopReplica));
    await rm(folder, { recursive: true });
  }
  return toMeasurement(
    median(syncs, (ms) => ms),
    byCount,
    { roundMs, rounds },
  );
}

async function startReplicas(folder: string): Promise<Replica[]> {
  const members = await Promise.all(
    ['a', 'b', 'c'].map(async (id, position) => ({
      id,
      url: `http://127.0.0.1:${await freePort()}`,
      priority: position + 1,
    })),
  );
  return members.map(({ id }) => {
    const child = fork(fileURLToPath(new URL('./replicated-log-replica.js', import.meta.url)), {
      env: { ...process.env, NODE_ID: id, MEMBERS: JSON.stringify(members), DATA_DIR: join(folder, id) },
      ...(process.env['BENCH_PROFILE'] === undefined
        ? {}
        : { execArgv: ['--cpu-prof', `--cpu-prof-dir=${process.env['BENCH_PROFILE']}`] }),
    });
    const replica: Replica = { process: child, leads: false };
    child.on('message', (report: ReplicaReport) => {
      if (report.kind === 'role') replica.leads = report.leads;
    });
    return replica;
  });
}

async function leaderOf(replicas: readonly Replica[]): Promise<Replica> {
  const deadline = performance.now() + 30_000;
  while (performance.now() < deadline) {
    const leader = replicas.find(({ leads }) => leads);
    if (leader !== undefined) return leader;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error('no replica became leader within 30 s');
}

async function propose(replicas: readonly Replica[], proposers: number, durationMs: number): Promise<Proposed> {
  const order: ReplicaOrder = { kind: 'propose', proposers, durationMs, payloadBytes };
  for (let attempt = 1; attempt <= 10; attempt++) {
    const leader = await leaderOf(replicas);
    leader.process.send(order);
    const proposed = await proposedBy(leader);
    if (!proposed.interrupted) return proposed;
  }
  throw new Error(
    'ten rounds in a row were interrupted by a change of leaders: the machine is too busy to measure anything',
  );
}

async function proposedBy({ process: child }: Replica): Promise<Proposed> {
  for (;;) {
    const [report] = (await once(child, 'message')) as [ReplicaReport];
    if (report.kind === 'proposed') return report;
  }
}

async function stopReplica({ process: child }: Replica): Promise<void> {
  if (child.exitCode !== null) return;
  const exited = once(child, 'exit');
  const order: ReplicaOrder = { kind: 'stop' };
  child.send(order);
  await exited;
}

/** p50 of one positional write of an entry's size and one fdatasync, ms. */
async function syncMs(path: string): Promise<number> {
  const file = await open(path, 'wx');
  const bytes = Buffer.alloc(payloadBytes, 1);
  const times: number[] = [];
  try {
    for (let count = 0; count < 300; count++) {
      const startedAt = performance.now();
      await file.write(bytes, 0, bytes.length, count * bytes.length);
      await file.datasync();
      times.push(performance.now() - startedAt);
    }
  } finally {
    await file.close();
  }
  return median(times, (ms) => ms);
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

function median<T>(values: readonly T[], by: (value: T) => number): T {
  const sorted = [...values].sort((left, right) => by(left) - by(right));
  return sorted[Math.floor(sorted.length / 2)] as T;
}

function toMeasurement(
  syncP50Ms: number,
  byCount: ReadonlyMap<number, readonly Proposed[]>,
  { roundMs, rounds }: { roundMs: number; rounds: number },
): Measurement {
  const perSecond = ({ commits, elapsedMs }: Proposed): number => (commits / elapsedMs) * 1000;
  const medians = [...byCount].map(([count, samples]) => ({ count, sample: median(samples, perSecond) }));
  const of = (count: number): Proposed => medians.find((each) => each.count === count)?.sample as Proposed;
  const ratio = of(1).p50Ms / syncP50Ms;
  const at64 = perSecond(of(64));
  return {
    title: 'Replicated log: commits durable on a majority of three replicas',
    conditions: `${payloadBytes}-byte commands, three processes on one disk, HTTP between them; median of ${rounds} rounds of ${roundMs} ms; write + fdatasync alone: p50 ${syncP50Ms.toFixed(2)} ms`,
    columns: ['proposers', 'commits/s', 'p50 ms', 'p99 ms', 'leader CPU µs/commit'],
    rows: medians.map(({ count, sample }) => [
      count,
      Math.round(perSecond(sample)),
      sample.p50Ms.toFixed(2),
      sample.p99Ms.toFixed(2),
      Math.round((sample.cpuMs * 1000) / sample.commits),
    ]),
    goals: [
      { goal: 'one proposer: p50 at most 4 × fdatasync', measured: `${ratio.toFixed(1)} ×`, met: ratio <= 4 },
      {
        goal: '64 proposers: at least 12 000 commits/s',
        measured: `${Math.round(at64)} commits/s`,
        met: at64 >= 12_000,
      },
    ],
  };
}
