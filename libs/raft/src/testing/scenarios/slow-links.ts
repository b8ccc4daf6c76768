import type { Message } from '../../message.js';
import { SimulatedCluster } from '../simulated-cluster.js';
import type { NetworkConditions } from '../simulated-network.js';
import { calmNetwork } from '../simulated-network.js';
import { expectThat, type Scenario } from './scenario.js';

/** A follower whose answers take longer than the leader waits before it counts a request as lost. */
export const slowLinks: readonly Scenario[] = [
  {
    name: 'a follower that is far away catches up',
    run: () => {
      const { cluster, sent } = farAway({ oneWayMs: 1200 });
      cluster.kill('r3');
      for (let turn = 0; turn < 20; turn += 1) commitMore(cluster);
      cluster.replica('r3').start();
      expectThat(catchesUp(cluster), 'r3 has everything within a minute');
      expectThat(sent('appendRequest').length < 150, `it was sent ${sent('appendRequest').length} requests`);
    },
  },
  {
    name: 'a follower that is far away gets its snapshot, each chunk about once',
    run: () => {
      const { cluster, sent } = farAway({ oneWayMs: 1200, snapshotChunkBytes: 64 });
      cluster.kill('r3');
      cluster.replica('r1').snapshotEvery = 60;
      for (let turn = 0; turn < 20; turn += 1) commitMore(cluster);
      cluster.replica('r3').start();
      expectThat(catchesUp(cluster), 'r3 has everything within a minute');
      const chunks = sent('snapshotRequest');
      const distinct = new Set(chunks.map(({ offset, snapshotIndex }) => `${snapshotIndex}/${offset}`)).size;
      expectThat(distinct > 4, `a snapshot of ${distinct} chunks takes several`);
      // The first one is asked for again until it is known how far away r3 is.
      expectThat(chunks.length <= distinct + 6, `${chunks.length} chunks were sent for ${distinct}`);
    },
  },
];

function farAway({
  oneWayMs,
  snapshotChunkBytes,
}: {
  readonly oneWayMs: number;
  readonly snapshotChunkBytes?: number;
}): {
  readonly cluster: SimulatedCluster;
  readonly sent: <K extends Message['kind']>(kind: K) => readonly Extract<Message, { kind: K }>[];
} {
  const cluster = new SimulatedCluster({
    seed: 5,
    raft: { trailingEntries: 0, maxBatchEntries: 20, ...(snapshotChunkBytes && { snapshotChunkBytes }) },
  });
  cluster.elect();
  cluster.runUntil(() => cluster.leader?.id === 'r1', { withinMs: 30_000 });
  const conditions: NetworkConditions = { ...calmNetwork, delayMinMs: oneWayMs, delayMaxMs: oneWayMs };
  for (const [from, to] of [['r1', 'r3'] as const, ['r3', 'r1'] as const]) {
    cluster.network.degrade(from, to, conditions, Number.POSITIVE_INFINITY);
  }
  const messages: Message[] = [];
  cluster.network.onSend = ({ to, message }) =>
    void (to === 'r3' && cluster.replica('r3').isUp && messages.push(message));
  return {
    cluster,
    sent: <K extends Message['kind']>(kind: K) =>
      messages.filter((message): message is Extract<Message, { kind: K }> => message.kind === kind),
  };
}

function commitMore(cluster: SimulatedCluster): void {
  cluster.proposeMany('r1', 10);
  cluster.runFor(250);
}

function catchesUp(cluster: SimulatedCluster): boolean {
  const until = cluster.clock.now + 60_000;
  while (cluster.replica('r3').applied.index < cluster.committed.lastIndex && cluster.clock.step(until));
  return cluster.replica('r3').applied.index === cluster.committed.lastIndex;
}
