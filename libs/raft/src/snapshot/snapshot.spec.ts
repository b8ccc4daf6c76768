import { describe, expect, it } from '@jest/globals';
import { toLogIndex, toTerm } from '../ids.js';
import type { SnapshotRequest, SnapshotResponse } from '../message.js';
import { entryTerm, progressOf } from '../raft.js';
import { DrivenReplica } from '../testing/driven-replica.js';
import { SimulatedCluster } from '../testing/simulated-cluster.js';
import { bytesOf, textOf } from '../testing/text-bytes.js';
import { crc32 } from './crc32.js';

const state = 'the state after four entries';

function chunkOf(offset: number, length: number, change: Partial<SnapshotRequest> = {}): SnapshotRequest {
  const data = bytesOf(state);
  return {
    kind: 'snapshotRequest',
    requestId: 1000 + offset,
    term: toTerm(2),
    snapshotIndex: toLogIndex(4),
    snapshotTerm: toTerm(2),
    offset,
    totalBytes: data.byteLength,
    checksum: crc32(data),
    chunk: data.subarray(offset, offset + length),
    ...change,
  };
}

function nextOffset(response: unknown): number | undefined {
  return (response as SnapshotResponse | undefined)?.nextOffset;
}

/** A leader of term 2 whose entries 1 to 4 are compacted into a snapshot; b and c have nothing yet. */
function compactedLeader(options: ConstructorParameters<typeof DrivenReplica>[0] = {}): DrivenReplica {
  const a = new DrivenReplica({
    voters: ['a', 'b', 'c'],
    log: [1, 1, 1],
    ...options,
    raft: { trailingEntries: 0, snapshotChunkBytes: 10, ...options.raft },
  });
  a.becomeLeader();
  a.confirmAppend('c');
  a.give({ kind: 'snapshotTaken', index: toLogIndex(4), data: bytesOf(state) });
  return a;
}

describe('taking a snapshot', () => {
  it('hands it to the log store and forgets the entries it stands for', () => {
    const a = compactedLeader();

    expect(a.status).toMatchObject({ firstLogIndex: 5, lastLogIndex: 4, lastLogTerm: 2 });
    expect(entryTerm(a.raft, toLogIndex(4))).toBe(2);
    expect(entryTerm(a.raft, toLogIndex(3))).toBeUndefined();
  });

  it('keeps trailing entries in memory for followers that lag a little', () => {
    const a = compactedLeader({ raft: { trailingEntries: 2 } });

    expect(a.status.firstLogIndex).toBe(3);
  });

  it.each([
    // Entry 4 begins the term and is empty; the others hold three bytes each: "1@1".
    { trailingBytes: 0, firstLogIndex: 4 },
    { trailingBytes: 5, firstLogIndex: 3 },
    { trailingBytes: 6, firstLogIndex: 2 },
    { trailingBytes: 1000, firstLogIndex: 2 },
  ])('keeps at most $trailingBytes bytes of them', ({ trailingBytes, firstLogIndex }) => {
    const a = compactedLeader({ raft: { trailingEntries: 3, trailingBytes } });

    expect(a.status.firstLogIndex).toBe(firstLogIndex);
  });

  it('of what is not committed is refused', () => {
    const a = new DrivenReplica({ log: [1, 1] });

    expect(() => a.give({ kind: 'snapshotTaken', index: toLogIndex(2), data: new Uint8Array(0) })).toThrow(
      /only committed entries/,
    );
  });

  it('that is older than the one there changes nothing', () => {
    const a = compactedLeader();

    expect(a.give({ kind: 'snapshotTaken', index: toLogIndex(3), data: bytesOf('old') }).persist).toBeUndefined();
  });

  it('a replica that starts with a snapshot goes on behind it', () => {
    const cluster = new SimulatedCluster({ seed: 1, raft: { trailingEntries: 0 } });
    for (const replica of cluster.replicas) replica.snapshotEvery = 10;
    const { id } = cluster.elect();
    cluster.proposeMany(id, 25);
    cluster.runFor(100);
    for (const replica of cluster.replicas) replica.crash();

    cluster.elect();
    cluster.runFor(100);

    expect(cluster.leader?.status.firstLogIndex).toBeGreaterThan(1);
    for (const replica of cluster.replicas) expect(replica.applied.count).toBe(25);
  });
});

describe('sending a snapshot', () => {
  it('goes chunk by chunk, each after the answer to the one before', () => {
    const a = compactedLeader();
    conflictAtStart(a);
    const chunks: string[] = [];

    for (let chunk = 0; chunk < 3; chunk += 1) {
      const request = a.latest('snapshotRequest', 'b');
      chunks.push(textOf(request.chunk));
      a.receive('b', {
        kind: 'snapshotResponse',
        requestId: request.requestId,
        term: toTerm(2),
        nextOffset: request.offset + request.chunk.byteLength,
      });
    }

    expect(chunks.join('')).toBe(state);
    expect(progressOf(a.raft)[0]).toMatchObject({ state: 'replicate', matchIndex: 4 });
  });

  it('goes on where the follower says', () => {
    const a = compactedLeader();
    conflictAtStart(a);
    const { requestId } = a.latest('snapshotRequest', 'b');

    a.receive('b', { kind: 'snapshotResponse', requestId, term: toTerm(2), nextOffset: 20 });

    expect(a.latest('snapshotRequest', 'b').offset).toBe(20);
  });

  it('a lost chunk is sent again', () => {
    const a = compactedLeader();
    conflictAtStart(a);
    const lost = a.latest('snapshotRequest', 'b');

    while (a.latest('snapshotRequest', 'b') === lost && a.now < 20_000) {
      a.tick();
      a.confirmHeartbeat('c');
    }

    expect(a.latest('snapshotRequest', 'b')).toMatchObject({ offset: 0 });
  });

  function conflictAtStart(a: DrivenReplica): void {
    const { requestId } = a.latest('appendRequest', 'b');
    a.receive('b', {
      kind: 'appendResponse',
      requestId,
      term: toTerm(2),
      matchIndex: undefined,
      conflict: { index: toLogIndex(1), term: undefined },
    });
  }
});

describe('receiving a snapshot', () => {
  it('puts it in place of the log once it is complete, and says so when it is durable', () => {
    const a = new DrivenReplica({ term: 2, log: [1], instantDisk: false });
    a.receive('b', chunkOf(0, 20));

    a.receive('b', chunkOf(20, 99));

    expect(a.last?.restore).toMatchObject({ index: 4, term: 2 });
    expect(textOf(a.last?.restore?.data ?? new Uint8Array(0))).toBe(state);
    expect(a.last?.persist).toMatchObject({ truncateFrom: 5, snapshot: { index: 4 } });
    expect(a.status).toMatchObject({ firstLogIndex: 5, lastLogIndex: 4, commitIndex: 4 });
    expect(a.messages('snapshotResponse').map((response) => response.nextOffset)).toEqual([20]);

    a.persistAll();

    expect(a.messages('snapshotResponse').map((response) => response.nextOffset)).toEqual([20, state.length]);
  });

  it('chunks that come again or too early leave it where it is', () => {
    const a = new DrivenReplica({ term: 2 });

    expect(nextOffset(a.receive('b', chunkOf(10, 10)))).toBe(0);
    expect(nextOffset(a.receive('b', chunkOf(0, 10)))).toBe(10);
    expect(nextOffset(a.receive('b', chunkOf(0, 10)))).toBe(10);
    expect(nextOffset(a.receive('b', chunkOf(10, 99)))).toBe(state.length);
  });

  it('goes on under another leader that sends the same one', () => {
    const a = new DrivenReplica({ term: 2 });
    a.receive('b', chunkOf(0, 10));

    expect(nextOffset(a.receive('c', chunkOf(0, 10, { term: toTerm(3) })))).toBe(10);
  });

  it('begins anew when another one comes', () => {
    const a = new DrivenReplica({ term: 2 });
    a.receive('b', chunkOf(0, 10));

    expect(nextOffset(a.receive('b', chunkOf(10, 10, { snapshotIndex: toLogIndex(5) })))).toBe(0);
  });

  it('a damaged one is not installed but fetched again', () => {
    const a = new DrivenReplica({ term: 2 });
    const damaged = { checksum: 1 };
    a.receive('b', chunkOf(0, 20, damaged));

    a.receive('b', chunkOf(20, 99, damaged));

    expect(a.last?.restore).toBeUndefined();
    expect(a.trace.at(-1)).toMatchObject({ kind: 'messageDropped', messageKind: 'snapshotRequest' });
    expect(nextOffset(a.receive('b', chunkOf(20, 99, damaged)))).toBe(0);
  });

  it('keeps the entries behind it when they agree with it: they may be acknowledged', () => {
    const a = new DrivenReplica({ term: 2, log: [1, 1, 1, 2, 2, 2] });

    a.receive('b', chunkOf(0, 99));

    expect(a.status).toMatchObject({ firstLogIndex: 5, lastLogIndex: 6, commitIndex: 4 });
    expect(a.trace).not.toContainEqual(expect.objectContaining({ kind: 'logTruncated' }));
  });

  it('drops the entries behind it when they disagree with it', () => {
    const a = new DrivenReplica({ term: 2, log: [1, 1, 1, 1, 1, 1] });

    a.receive('b', chunkOf(0, 99));

    expect(a.status).toMatchObject({ firstLogIndex: 5, lastLogIndex: 4, lastLogTerm: 2 });
  });

  it('that stands for nothing new is confirmed without being installed', () => {
    const a = new DrivenReplica({ term: 2 });
    a.append('b', { term: 2, prev: [0, 0], entries: [1, 1, 1, 2, 2], commit: 5 });

    expect(nextOffset(a.receive('b', chunkOf(0, 10)))).toBe(state.length);
    expect(a.last?.restore).toBeUndefined();
    expect(a.status.firstLogIndex).toBe(1);
  });

  it('larger than the limit is dropped', () => {
    const a = new DrivenReplica({ term: 2, raft: { maxSnapshotBytes: 10 } });

    expect(a.receive('b', chunkOf(0, 10))).toBeUndefined();
    expect(a.trace.at(-1)).toMatchObject({ kind: 'messageDropped', messageKind: 'snapshotRequest' });
  });

  it('of an older term is refused', () => {
    const a = new DrivenReplica({ term: 3 });

    expect(a.receive('b', chunkOf(0, 99))).toMatchObject({ term: 3, nextOffset: 0 });
  });

  it('an append for entries before it is matched without looking at them', () => {
    const a = new DrivenReplica({ term: 2 });
    a.receive('b', chunkOf(0, 99));

    const response = a.append('b', { term: 2, prev: [1, 1], entries: [1, 1, 2, 2], commit: 5 });

    expect(response.matchIndex).toBe(5);
    expect(a.committed.map((entry) => entry.index)).toEqual([5]);
  });
});

describe('a group', () => {
  /** r3 was down while everything it lacks was compacted. Snapshots take 14 chunks. */
  function withReplicaFarBehind(seed: number): { cluster: SimulatedCluster; chunks: SnapshotRequest[] } {
    const cluster = new SimulatedCluster({ seed, raft: { trailingEntries: 5, snapshotChunkBytes: 30 } });
    for (const replica of cluster.replicas) replica.snapshotEvery = 20;
    const { id } = cluster.elect();
    cluster.kill('r3');
    cluster.proposeMany(id, 500);
    cluster.runFor(200);
    const chunks: SnapshotRequest[] = [];
    cluster.network.onSend = ({ to, message }) => {
      if (to === 'r3' && message.kind === 'snapshotRequest') chunks.push(message);
    };
    cluster.replica('r3').start();
    return { cluster, chunks };
  }

  const transfersSent = (cluster: SimulatedCluster): number =>
    cluster.events.filter(({ event }) => event.kind === 'snapshotSent' && event.peer === 'r3').length;

  it('brings a replica up to date whose next entry is long compacted, also when it dies between two chunks', () => {
    const { cluster, chunks } = withReplicaFarBehind(3);
    cluster.runUntil(() => chunks.some(({ offset }) => offset >= 60), { withinMs: 3000 });
    expect(transfersSent(cluster)).toBe(1);

    cluster.kill('r3');
    const sentBefore = chunks.length;
    cluster.runFor(100);
    cluster.replica('r3').start();
    cluster.network.conditions = { ...cluster.network.conditions, loss: 0.1, duplication: 0.3 };
    cluster.runUntil(() => cluster.replica('r3').applied.count === 500, { withinMs: 20_000 });

    // What the first process had got went with it.
    expect(chunks.slice(sentBefore).map(({ offset }) => offset)).toContain(0);
    expect(cluster.replica('r3').applied.digest).toBe(cluster.committed.digest);
    expect(cluster.events.filter(({ event }) => event.kind === 'snapshotInstalled')).toHaveLength(1);
  });

  it('goes on with a snapshot where it was when the link fails between two chunks', () => {
    const { cluster, chunks } = withReplicaFarBehind(3);
    cluster.runUntil(() => chunks.some(({ offset }) => offset >= 60), { withinMs: 3000 });

    const sentBefore = chunks.length;
    cluster.network.cut('r1', 'r3', 300);
    cluster.runUntil(() => cluster.replica('r3').applied.count === 500, { withinMs: 20_000 });

    expect(Math.min(...chunks.slice(sentBefore).map(({ offset }) => offset))).toBeGreaterThanOrEqual(30);
    expect(transfersSent(cluster)).toBe(1);
    expect(cluster.replica('r3').applied.digest).toBe(cluster.committed.digest);
  });

  it('two replicas of five whose stores are wiped at once get everything back by snapshot and vote again', () => {
    const cluster = new SimulatedCluster({ seed: 4, priorities: [5, 4, 3, 2, 1], raft: { trailingEntries: 0 } });
    for (const replica of cluster.replicas) replica.snapshotEvery = 10;
    const { id } = cluster.elect();
    cluster.proposeMany(id, 30);
    cluster.runFor(100);
    const wiped = [cluster.replica('r4'), cluster.replica('r5')];

    for (const replica of wiped) cluster.loseStore(replica.id);
    cluster.proposeMany(id, 30);
    cluster.runFor(100);
    for (const replica of wiped) {
      expect(replica.disk.lastIndex).toBe(0);
      replica.start();
    }
    const areVoters = (): boolean =>
      wiped.every((replica) => replica.role === 'follower' && !replica.status.recovering);
    cluster.runUntil(areVoters, { withinMs: 5000 });

    for (const replica of cluster.replicas) expect(replica.applied.digest).toBe(cluster.committed.digest);
    expect(cluster.committed.commands).toHaveLength(60);
    const installed = cluster.events.filter(({ event }) => event.kind === 'snapshotInstalled');
    expect(new Set(installed.map(({ replica }) => replica))).toEqual(new Set(['r4', 'r5']));
  });
});

describe('crc32', () => {
  it('gives the check value of its definition', () => {
    expect(crc32(bytesOf('123456789'))).toBe(0xcbf43926);
    expect(crc32(new Uint8Array(0))).toBe(0);
  });
});
