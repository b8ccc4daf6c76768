import { describe, expect, it } from '@jest/globals';
import { type Envelope, type LogIndex, type Message, type ReplicaId, type Term, parseRaftOptions, toReplicaId } from '@quorumkit/raft';
import { MemoryLogStore } from '../log-store/memory-log-store.js';
import { ManualClock } from '../testing/manual-clock.js';
import type { PeerTransport } from '../transport/peer-transport.js';
import { type DriverListener, ReplicaDriver } from './replica-driver.js';

const ids = ['a', 'b', 'c'].map(toReplicaId);
const [a, b] = ids as [ReplicaId, ReplicaId, ReplicaId];

/** One driver of member `a`, whose disk syncs when it is told to. */
async function setUp() {
  const clock = new ManualClock(1000);
  const sent: Envelope[] = [];
  const syncs: { readonly finish: () => void; readonly fail: (error: Error) => void }[] = [];
  const store = new MemoryLogStore({ sync: () => new Promise((resolve, reject) => syncs.push({ finish: resolve, fail: reject })) });
  const transport: PeerTransport = { open: () => undefined, send: (envelope) => void sent.push(envelope), close: () => Promise.resolve() };
  const fatal: string[] = [];
  const listener: DriverListener = {
    accepted: () => undefined,
    rejected: () => undefined,
    reads: () => undefined,
    restore: () => undefined,
    committed: () => undefined,
    status: () => undefined,
    trace: () => undefined,
    persisted: () => undefined,
    fatal: (kind) => void fatal.push(kind),
    settled: () => undefined,
    nextDeadline: () => Infinity,
  };
  const options = parseRaftOptions({ id: a, voters: ids.map((id) => ({ id, priority: 1 })), seed: 1 });
  const driver = new ReplicaDriver(options, await store.open(), { clock, store, transport }, listener);
  driver.start();
  const finishSyncs = async (): Promise<void> => {
    for (const { finish } of syncs.splice(0)) finish();
    await clock.settle();
  };
  const kinds = (): string[] => sent.map(({ message }) => message.kind);
  return { clock, driver, sent, kinds, syncs, finishSyncs, fatal };
}

const vote = (requestId: number, term: number): Message => ({ kind: 'voteRequest', requestId, term: term as Term, lastLogIndex: 0 as LogIndex, lastLogTerm: 0 as Term, leadershipTransfer: false });
const heartbeat = (requestId: number, term: number): Message => ({ kind: 'heartbeatRequest', requestId, term: term as Term, commitIndex: 0 as LogIndex });

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
    const entries = [{ index: 1 as LogIndex, term: 1 as Term, kind: 'command' as const, data: new Uint8Array(1) }];

    driver.message(b, { kind: 'appendRequest', requestId: 2, term: 1 as Term, prevLogIndex: 0 as LogIndex, prevLogTerm: 0 as Term, entries, commitIndex: 0 as LogIndex });
    driver.message(b, heartbeat(3, 1));
    await clock.settle();
    const before = kinds();
    await finishSyncs();

    expect([before, kinds()]).toEqual([
      ['heartbeatResponse', 'heartbeatResponse'],
      ['heartbeatResponse', 'heartbeatResponse', 'appendResponse'],
    ]);
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
