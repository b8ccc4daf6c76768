import { describe, expect, it } from '@jest/globals';
import {
  type Envelope,
  type LogIndex,
  type Message,
  type ReplicaId,
  type Term,
  parseRaftOptions,
  toReplicaId,
} from '@quorumkit/raft';
import { MemoryLogStore } from '../log-store/memory-log-store.js';
import { ManualClock } from '../testing/manual-clock.js';
import type { PeerTransport } from '../transport/peer-transport.js';
import { type DriverListener, ReplicaDriver } from './replica-driver.js';

const ids = ['a', 'b', 'c'].map(toReplicaId);
const [a, b] = ids as [ReplicaId, ReplicaId, ReplicaId];

/** One driver of member `a`, whose disk syncs when it is told to. */
async function setUp({ overloadBytes = Infinity }: { readonly overloadBytes?: number } = {}) {
  const clock = new ManualClock(1000);
  const sent: Envelope[] = [];
  const syncs: { readonly finish: () => void; readonly fail: (error: Error) => void }[] = [];
  const store = new MemoryLogStore({
    sync: () => new Promise((resolve, reject) => syncs.push({ finish: resolve, fail: reject })),
  });
  const ignored: number[] = [];
  const dropped: string[] = [];
  const transport: PeerTransport = {
    open: () => undefined,
    send: (envelope) => void sent.push(envelope),
    ignore: (_, requestId) => void ignored.push(requestId),
    close: () => Promise.resolve(),
  };
  const fatal: string[] = [];
  const listener: DriverListener = {
    accepted: () => undefined,
    rejected: () => undefined,
    reads: () => undefined,
    restore: () => undefined,
    committed: () => undefined,
    status: () => undefined,
    trace: (event) => void (event.kind === 'messageDropped' && dropped.push(`${event.messageKind}: ${event.why}`)),
    persisted: () => undefined,
    fatal: (kind) => void fatal.push(kind),
    settled: () => undefined,
    overload: () => (driver.unwrittenBytes < overloadBytes ? undefined : `${driver.unwrittenBytes} bytes wait`),
    nextDeadline: () => Infinity,
  };
  const options = parseRaftOptions({ id: a, voters: ids.map((id) => ({ id, priority: 1 })), seed: 1 });
  const driver = new ReplicaDriver(options, await store.open(), { clock, store, transport }, listener);
  driver.start();
  const finishSyncs = async (): Promise<void> => {
    await clock.settle();
    while (syncs.length > 0) {
      for (const { finish } of syncs.splice(0)) finish();
      await clock.settle();
    }
  };
  const kinds = (): string[] => sent.map(({ message }) => message.kind);
  return { clock, driver, sent, kinds, syncs, finishSyncs, fatal, ignored, dropped };
}

const vote = (requestId: number, term: number): Message => ({
  kind: 'voteRequest',
  requestId,
  term: term as Term,
  lastLogIndex: 0 as LogIndex,
  lastLogTerm: 0 as Term,
  leadershipTransfer: false,
});
const append = (requestId: number, prevLogIndex: number, bytes: number): Message => {
  const entries = [
    { index: (prevLogIndex + 1) as LogIndex, term: 1 as Term, kind: 'command' as const, data: new Uint8Array(bytes) },
  ];
  return {
    kind: 'appendRequest',
    requestId,
    term: 1 as Term,
    prevLogIndex: prevLogIndex as LogIndex,
    prevLogTerm: (prevLogIndex === 0 ? 0 : 1) as Term,
    entries,
    commitIndex: 0 as LogIndex,
  };
};
const heartbeat = (requestId: number, term: number): Message => ({
  kind: 'heartbeatRequest',
  requestId,
  term: term as Term,
  commitIndex: 0 as LogIndex,
});

describe('ReplicaDriver', () => {
  it('lets a vote leave only when it is durable', async () => {
    const { clock, driver, kinds, finishSyncs } = await setUp();

    driver.message(b, vote(1, 1));
    await clock.settle();
    const before = kinds();
    await finishSyncs();

    expect([before, kinds()]).toEqual([[], ['voteResponse']]);
  });

  it('answers heartbeats while an append waits for the disk', async () => {
    const { clock, driver, kinds, finishSyncs } = await setUp();
    driver.message(b, heartbeat(1, 1));
    await clock.settle();
    await finishSyncs();

    driver.message(b, append(2, 0, 1));
    driver.message(b, heartbeat(3, 1));
    await clock.settle();
    const before = kinds();
    await finishSyncs();

    expect([before, kinds()]).toEqual([
      ['heartbeatResponse', 'heartbeatResponse'],
      ['heartbeatResponse', 'heartbeatResponse', 'appendResponse'],
    ]);
  });

  it('takes no entries while too many wait for the disk, but answers heartbeats; takes them when they come again', async () => {
    const { clock, driver, kinds, finishSyncs, ignored, dropped } = await setUp({ overloadBytes: 250 });
    driver.message(b, heartbeat(1, 1));
    await finishSyncs();

    for (let count = 0; count < 10; count++) driver.message(b, append(10 + count, count, 100));
    driver.message(b, heartbeat(30, 1));
    await clock.settle();
    const whileHung = {
      unwritten: driver.unwrittenBytes,
      lastLogIndex: driver.status().lastLogIndex,
      answered: kinds(),
      ignored: [...ignored],
    };
    await finishSyncs();
    driver.message(b, append(40, 3, 100));
    await finishSyncs();

    expect(whileHung).toEqual({
      unwritten: 300,
      lastLogIndex: 3,
      answered: ['heartbeatResponse', 'heartbeatResponse'],
      ignored: [13, 14, 15, 16, 17, 18, 19],
    });
    expect(new Set(dropped)).toEqual(new Set(['appendRequest: 300 bytes wait']));
    expect([driver.unwrittenBytes, driver.status().lastLogIndex, kinds().slice(2)]).toEqual([
      0,
      4,
      Array(4).fill('appendResponse'),
    ]);
  });

  it('keeps no more answers than a few thousand for a disk that hangs', async () => {
    const { clock, driver, kinds, finishSyncs, dropped } = await setUp();
    driver.message(b, heartbeat(1, 1));
    await finishSyncs();

    for (let count = 0; count < 5000; count++) driver.message(b, append(10 + count, 0, 1));
    await clock.settle();
    const droppedWhileHung = dropped.length;
    await finishSyncs();

    expect(droppedWhileHung).toBe(5000 - 4096);
    expect(kinds().filter((kind) => kind === 'appendResponse')).toHaveLength(4096);
  });

  it('stops for good when the disk refuses a batch, and sends nothing that depends on it', async () => {
    const { clock, driver, kinds, syncs, fatal } = await setUp();
    driver.message(b, vote(1, 1));
    await clock.settle();

    syncs[0]?.fail(Object.assign(new Error('EIO'), { code: 'EIO' }));
    await clock.settle();
    driver.message(b, heartbeat(2, 5));
    await clock.advance(5000);

    expect([fatal, kinds()]).toEqual([['storage'], []]);
  });

  it('takes what has arrived before it believes in a timeout, after a pause of its process', async () => {
    const { clock, driver, kinds, finishSyncs } = await setUp();
    driver.message(b, heartbeat(1, 1));
    await clock.settle();
    await finishSyncs();

    clock.jump(10_000);
    // The election timer is due and fires first; the heartbeat that came during the pause is read in the same turn.
    clock.setTimer(clock.now(), () => driver.message(b, heartbeat(2, 1)));
    await clock.advance(1);

    expect(kinds()).not.toContain('preVoteRequest');
  });

  it('campaigns when a leader stays silent, but not any more once it was told to be quiet', async () => {
    const loud = await setUp();
    const quiet = await setUp();

    quiet.driver.quiesce();
    await loud.clock.advance(3000);
    await quiet.clock.advance(3000);

    expect(loud.kinds()).toContain('preVoteRequest');
    expect(quiet.kinds()).toEqual([]);
  });
});
