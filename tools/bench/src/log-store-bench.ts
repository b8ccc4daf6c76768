import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileLogStore } from '@quorumkit/leader';
import { toLogIndex, toTerm } from '@quorumkit/raft';
import type { PersistBatch } from '@quorumkit/raft';
import { type Measurement } from './measurement.js';

const entryBytes = 256;
const appenderCounts = [1, 32, 256] as const;

interface Sample {
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  /** Appends that shared one fdatasync. */
  readonly perSync: number;
}

/**
 * Durable appends to the log store, next to what the disk can do: one positional write and one fdatasync at a time on
 * a file that grows, which is what an append costs without group commit. Rounds are interleaved, so that both see the
 * same disk; the median round counts. `folder` must be on the disk in question, not on a memory file system.
 */
export async function benchLogStore(
  options: { folder?: string; roundMs?: number; rounds?: number } = {},
): Promise<Measurement> {
  const { roundMs = 1000, rounds = 5 } = options;
  const folder = await mkdtemp(join(options.folder ?? tmpdir(), 'bench-log-'));
  const raw: Sample[] = [];
  const byCount = new Map<number, Sample[]>(appenderCounts.map((count) => [count, []]));
  try {
    for (let round = 0; round < rounds; round++) {
      raw.push(await rawRound(join(folder, `raw-${round}`), roundMs));
      for (const count of appenderCounts)
        byCount.get(count)?.push(await storeRound(join(folder, `log-${round}-${count}`), count, roundMs));
    }
  } finally {
    await rm(folder, { recursive: true });
  }
  return toMeasurement(
    median(raw),
    [...byCount].map(([count, samples]) => ({ count, sample: median(samples) })),
    { roundMs, rounds },
  );
}

async function rawRound(path: string, roundMs: number): Promise<Sample> {
  const file = await open(path, 'wx');
  const bytes = Buffer.alloc(entryBytes, 1);
  let offset = 0;
  try {
    return await measure(1, roundMs, async () => {
      await file.write(bytes, 0, bytes.length, offset);
      await file.datasync();
      offset += bytes.length;
    });
  } finally {
    await file.close();
  }
}

async function storeRound(dataDir: string, appenders: number, roundMs: number): Promise<Sample> {
  let commits = 0;
  const store = new FileLogStore({
    dataDir,
    onFailure: (error) => {
      throw error;
    },
    trace: (event) => {
      if (event.kind === 'committed') commits += 1;
    },
  });
  await store.open();
  let index = 0;
  const data = new Uint8Array(entryBytes).fill(1);
  try {
    const sample = await measure(appenders, roundMs, () => store.append(batchOf(++index, data)));
    return { ...sample, perSync: index / commits };
  } finally {
    await store.close();
  }
}

function batchOf(index: number, data: Uint8Array): PersistBatch {
  const entry = { index: toLogIndex(index), term: toTerm(1), kind: 'command' as const, data };
  return { sequence: index, hardState: undefined, truncateFrom: undefined, entries: [entry], snapshot: undefined };
}

/** So many callers at once, each of which calls again when it was answered. */
async function measure(callers: number, roundMs: number, call: () => Promise<void>): Promise<Sample> {
  const latencies: number[] = [];
  const startedAt = performance.now();
  const caller = async (): Promise<void> => {
    for (let now = performance.now(); now - startedAt < roundMs;) {
      await call();
      const answeredAt = performance.now();
      latencies.push(answeredAt - now);
      now = answeredAt;
    }
  };
  await Promise.all(Array.from({ length: callers }, caller));
  const perSecond = (latencies.length / (performance.now() - startedAt)) * 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => latencies[Math.floor(latencies.length * share)] ?? 0;
  return { perSecond, p50Ms: at(0.5), p99Ms: at(0.99), perSync: 1 };
}

function median(samples: readonly Sample[]): Sample {
  const sorted = [...samples].sort((a, b) => a.perSecond - b.perSecond);
  const middle = sorted[Math.floor(sorted.length / 2)];
  if (middle === undefined) throw new RangeError('at least one round is needed');
  return middle;
}

function toMeasurement(
  raw: Sample,
  results: readonly { readonly count: number; readonly sample: Sample }[],
  conditions: { readonly roundMs: number; readonly rounds: number },
): Measurement {
  const row = (name: string, sample: Sample): (string | number)[] => [
    name,
    Math.round(sample.perSecond),
    sample.p50Ms.toFixed(2),
    sample.p99Ms.toFixed(2),
    sample.perSync.toFixed(1),
    (sample.perSecond / raw.perSecond).toFixed(1),
  ];
  const alone = results.find(({ count }) => count === 1)?.sample ?? raw;
  const slowdown = alone.p50Ms / raw.p50Ms;
  return {
    title: 'Durable appends to the log store',
    conditions: `${entryBytes} bytes each, acknowledged after fdatasync; median of ${conditions.rounds} rounds of ${conditions.roundMs} ms, interleaved`,
    columns: ['', 'appends/s', 'p50 ms', 'p99 ms', 'appends a sync', '× raw'],
    rows: [
      row('write + fdatasync, one after the other', raw),
      ...results.map(({ count, sample }) => row(`log store, ${count} appenders`, sample)),
    ],
    goals: [
      {
        goal: 'one appender waits at most 1.5 × a bare write and fdatasync (p50)',
        measured: slowdown.toFixed(2),
        met: slowdown <= 1.5,
      },
      ...results
        .filter(({ count }) => count > 1)
        .map(({ count, sample }) => ({
          goal: `${count} appenders share a sync: at least ${count / 2} appends each`,
          measured: sample.perSync.toFixed(1),
          met: sample.perSync >= count / 2,
        })),
    ],
  };
}
