import { describe, expect, it } from '@jest/globals';
import { SimulatedCluster } from '../testing/simulated-cluster.js';

const away = 100_000;

/** r1 leads; r3 was down while `away` entries were committed. */
function withReplicaAway(options: { readonly compacted: boolean }): SimulatedCluster {
  const raft = { trailingEntries: 5000, priorityTakeoverStableMs: 0 };
  const cluster = new SimulatedCluster({ seed: 41, raft });
  for (const replica of cluster.replicas) replica.snapshotEvery = options.compacted ? 20_000 : 0;
  cluster.elect();
  cluster.kill('r3');
  for (let count = 0; count < away; count += 1000) {
    cluster.proposeMany('r1', 1000);
    cluster.runFor(5);
  }
  cluster.runUntil(() => cluster.replica('r1').applied.count === away, { withinMs: 1000 });
  return cluster;
}

/** How long each proposal took until the leader could answer it, ms, ascending; one a millisecond while it is asked for. */
function latencies(cluster: SimulatedCluster, isOver: () => boolean): readonly number[] {
  const proposedAt: number[] = [];
  const tookMs: number[] = [];
  const before = cluster.replica('r1').applied.count;
  const observe = (): void => {
    while (before + tookMs.length < cluster.replica('r1').applied.count)
      tookMs.push(cluster.clock.now - (proposedAt[tookMs.length] ?? Number.NaN));
  };
  cluster.listeners.push({ observe });
  while (!isOver()) {
    proposedAt.push(cluster.clock.now);
    cluster.propose('r1');
    cluster.runFor(1);
  }
  cluster.runFor(20);
  cluster.listeners.splice(
    cluster.listeners.findIndex((listener) => listener.observe === observe),
    1,
  );
  expect(tookMs).toHaveLength(proposedAt.length);
  return tookMs.sort((left, right) => left - right);
}

function quantile(ascending: readonly number[], share: number): number {
  return ascending[Math.floor((ascending.length - 1) * share)] ?? Number.NaN;
}

describe('a replica that was away for 100000 entries', () => {
  it.each([
    { how: 'by the log', compacted: false, withinMs: 1500 },
    { how: 'by snapshots, because the log was compacted,', compacted: true, withinMs: 1000 },
  ])('is brought up to date $how while the group goes on, and its leader takes at most twice as long', (about) => {
    const cluster = withReplicaAway(about);
    const calmUntil = cluster.clock.now + 300;
    const calm = latencies(cluster, () => cluster.clock.now >= calmUntil);

    const behind = cluster.replica('r3');
    behind.start();
    const startedAt = cluster.clock.now;
    const during = latencies(cluster, () => behind.applied.index >= cluster.committed.lastIndex - 5);

    expect(cluster.clock.now - startedAt).toBeLessThan(about.withinMs);
    for (const share of [0.5, 0.99, 1]) expect(quantile(during, share)).toBeLessThanOrEqual(2 * quantile(calm, share));
    expect(cluster.events.some(({ event }) => event.kind === 'snapshotInstalled')).toBe(about.compacted);
    cluster.runFor(200);
    expect(behind.applied.count).toBe(away + calm.length + during.length);
    expect(behind.applied.digest).toBe(cluster.committed.digest);
  });
});
