import { afterEach, describe, expect, it } from '@jest/globals';
import { BackpressureError } from '../errors/leader-errors.js';
import { MemoryLogStore } from '../log-store/memory-log-store.js';
import type { CommittedEntry, StateMachine } from '../replicated-log/state-machine.js';
import { type ClusterMember, InMemoryCluster, type InMemoryClusterOptions } from '../testing/in-memory-cluster.js';
import { ManualClock } from '../testing/manual-clock.js';

const commandBytes = 1000;
const note = 'x'.repeat(commandBytes);
const backlogBytesMax = 20 * commandBytes;

class Notes implements StateMachine<string, number> {
  count = 0;
  beforeApply = (): void => undefined;

  apply(entry: CommittedEntry<string>): number {
    this.beforeApply();
    return (this.count += Math.sign(entry.index));
  }

  snapshot(): unknown {
    return this.count;
  }

  restore(snapshot: unknown): void {
    this.count = snapshot as number;
  }
}

type Member = ClusterMember<Notes>;
let running: InMemoryCluster<Notes>;
let release = (): void => undefined;

afterEach(async () => {
  release();
  await running.stop();
  expect(running.fatalErrors).toEqual([]);
});

async function setUp(options: Partial<InMemoryClusterOptions<Notes>> = {}) {
  const clock = new ManualClock(1000);
  const hung = new Set<string>();
  const dropped: string[] = [];
  let waiting: (() => void)[] = [];
  release = () => {
    hung.clear();
    for (const resolve of waiting.splice(0)) resolve();
    waiting = [];
  };
  const storage = (id: string) => {
    const store = new MemoryLogStore({
      name: id,
      sync: () => (hung.has(id) ? new Promise<void>((resolve) => waiting.push(resolve)) : Promise.resolve()),
    });
    return { newStore: () => store, crash: () => store.crash() };
  };
  running = new InMemoryCluster<Notes>({
    clock,
    storage,
    stateMachine: () => new Notes(),
    observer: (id) => ({
      trace: (event) =>
        void (
          event.kind === 'messageDropped' &&
          /backlogBytesMax/.test(event.why) &&
          dropped.push(`${id} ${event.messageKind}`)
        ),
    }),
    ...options,
    limits: { backlogBytesMax, ...options.limits },
  });
  await running.start();
  await clock.until(() => running.leader !== undefined, 'a leader in office');
  return { clock, hung, dropped, leader: running.leader as Member };
}

/** Proposes as fast as the leader takes it; how many were acknowledged. */
async function load(
  clock: ManualClock,
  leader: Member,
  rounds: number,
  watch: () => void = () => undefined,
): Promise<{ readonly done: number; readonly refusedFor: ReadonlySet<string> }> {
  let done = 0;
  const refusedFor = new Set<string>();
  for (let round = 0; round < rounds; round++) {
    for (let count = 0; count < 5; count++) {
      leader.log.propose(note).then(
        () => done++,
        (error: unknown) => error instanceof BackpressureError && refusedFor.add(error.limit),
      );
    }
    await clock.advance(5);
    watch();
  }
  await clock.advance(300);
  return { done, refusedFor };
}

const unwritten = ({ replica }: Member): number => replica?.running.unwrittenBytes ?? 0;

describe('a leader whose disk hangs while its followers commit', () => {
  it('refuses proposals by name instead of piling up what it cannot write', async () => {
    const { clock, hung, leader } = await setUp({ tuning: { storageStallMs: 0 } });
    hung.add(leader.id);
    let most = 0;

    const { done, refusedFor } = await load(clock, leader, 50, () => (most = Math.max(most, unwritten(leader))));

    expect(refusedFor).toEqual(new Set(['backlogBytesMax']));
    expect(done).toBeGreaterThan(5);
    expect(most).toBeLessThan(backlogBytesMax + 5 * (commandBytes + 100));
    release();
    await clock.advance(300);
    await expect(load(clock, leader, 1)).resolves.toMatchObject({ done: 5 });
  });
});

describe('a follower that is slow to apply', () => {
  it('takes no more entries than it may keep in memory, is sent the rest later, and applies everything', async () => {
    const maxBatchBytes = 50 * commandBytes;
    const { clock, dropped, leader } = await setUp({ tuning: { maxBatchBytes } });
    running.network.delayMs = 0;
    await running.crash('r1');
    await load(clock, leader, 100);
    const follower = running.member('r1');
    let most = 0;

    await running.startMember('r1');
    follower.stateMachine.beforeApply = () => {
      most = Math.max(most, follower.replica?.applier.backlogBytes ?? 0);
      clock.jump(1);
    };
    await clock.until(() => follower.stateMachine.count === 500, 'the follower to have everything');

    expect(new Set(dropped)).toEqual(new Set(['r1 appendRequest']));
    expect(most).toBeLessThan(backlogBytesMax + 1.1 * maxBatchBytes);
    expect(follower.replica?.applier.backlogBytes).toBe(0);
  });
});

describe('a leader that is slow to apply', () => {
  it('refuses proposals by name while as many committed entries wait as it may keep', async () => {
    const limits = { applyBacklogMax: 40, backlogBytesMax: 1000 * commandBytes };
    const { clock, leader } = await setUp({ size: 1, limits });
    const refused: Promise<unknown>[] = [];
    leader.stateMachine.beforeApply = () => {
      const { backlog } = (leader.replica as NonNullable<Member['replica']>).applier;
      if (backlog === 40) refused.push(leader.log.propose('one more'));
    };

    const proposed = Array.from({ length: 100 }, () => leader.log.propose('x'));
    await clock.advance(300);
    await Promise.all(proposed);

    expect(refused).toHaveLength(1);
    await expect(refused[0]).rejects.toMatchObject({ code: 'BACKPRESSURE', limit: 'applyBacklogMax', value: 40 });
    await expect(load(clock, leader, 1)).resolves.toMatchObject({ done: 5 });
  });
});

describe('callers', () => {
  it('that read are refused by name when too many wait', async () => {
    const { clock, leader } = await setUp({ limits: { readsMax: 2 } });
    const read = (): Promise<number> => leader.log.read(() => 1, { consistency: 'linearizable' });
    const waiting = Promise.allSettled([read(), leader.election.verifyLeader()]);

    await expect(read()).rejects.toMatchObject({ code: 'BACKPRESSURE', limit: 'readsMax', value: 2, definite: true });
    await clock.advance(300);
    expect(await waiting).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }]);
    const later = read();
    await clock.advance(300);

    await expect(later).resolves.toBe(1);
  });

  it('whose reads ended at their deadline leave room for others', async () => {
    const { clock, leader } = await setUp({ limits: { readsMax: 1 } });
    running.network.isolate(leader.id, running.ids);
    const read = (): Promise<number> =>
      leader.log.read(() => 1, { consistency: 'linearizable', deadline: clock.now() + 50 });
    const ended = expect(read()).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await clock.advance(100);
    await ended;

    const next = expect(read()).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    await clock.advance(100);

    await next;
  });

  it('that wait for an index are refused by name when too many do', async () => {
    const { clock, leader } = await setUp({ limits: { waitsMax: 2 } });
    const index = leader.log.appliedIndex + 1;
    const waiting = Promise.allSettled([leader.log.waitFor(index), leader.log.waitFor(index)]);

    await expect(leader.log.waitFor(index)).rejects.toMatchObject({
      code: 'BACKPRESSURE',
      limit: 'waitsMax',
      value: 2,
      definite: true,
    });
    await load(clock, leader, 1);

    expect(await waiting).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }]);
    await expect(leader.log.waitFor(index)).resolves.toBeUndefined();
  });
});
