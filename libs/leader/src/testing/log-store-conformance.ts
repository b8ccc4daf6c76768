import assert from 'node:assert/strict';
import type {
  Configuration,
  Entry,
  HardState,
  LogIndex,
  PersistBatch,
  ReplicaId,
  Snapshot,
  StoredState,
  Term,
} from '@quorumkit/raft';
import { StorageFailedError, StoreInUseError } from '../log-store/errors.js';
import type { LogStore } from '../log-store/log-store.js';

/** One storage and the faults that a test can inject into it. */
export interface LogStoreUnderTest {
  /** A store on this storage, not yet open; after `crash` or `close` of the last one this is a restart. */
  newStore(onFailure?: (error: StorageFailedError) => void): LogStore;
  /** The process that uses the storage is killed: what was not synced is lost, or a part of it. */
  crash(): Promise<void>;
  /** From now on a sync waits until the returned function is called. */
  holdSyncs(): () => void;
  /** The next sync fails with this error code. */
  failNextSync(code: string): void;
  /** Group commits of entries or hard states since the storage was made. */
  commits(): number;
  dispose(): Promise<void>;
}

/** `describe` and `it` of any test runner. */
export interface TestRunner {
  describe(name: string, body: () => void): void;
  it(name: string, body: () => Promise<void>): void;
}

/**
 * What every `LogStore` must do. Call it in a spec file:
 * `describeLogStore('MyLogStore', async () => ({ … }))`.
 * It uses the runner's global `describe` and `it` unless others are given, and no assertion library.
 */
export function describeLogStore(
  name: string,
  create: () => Promise<LogStoreUnderTest>,
  runner: TestRunner = globalThis as unknown as TestRunner,
): void {
  runner.describe(`${name} as a log store`, () => {
    for (const [title, body] of Object.entries(behaviours)) {
      runner.it(title, async () => {
        const storage = await create();
        try {
          await body(storage);
        } finally {
          await storage.dispose();
        }
      });
    }
  });
}

const behaviours: Record<string, (storage: LogStoreUnderTest) => Promise<void>> = {
  'opens empty with term 0 and no entries': async (storage) => {
    const state = await storage.newStore().open();

    assertState(state, { term: 0, votedFor: undefined, entries: [] });
  },

  'keeps what was acknowledged when the process is killed': async (storage) => {
    const store = storage.newStore();
    await store.open();
    await store.append(batch({ hardState: vote(3, 'replica-b'), entries: run(1, 3, 3) }));

    await storage.crash();

    assertState(await storage.newStore().open(), { term: 3, votedFor: 'replica-b', entries: run(1, 3, 3) });
  },

  'keeps every kind of entry, empty and large data, and names in any script': async (storage) => {
    const entries: Entry[] = [
      { index: 1 as LogIndex, term: 1 as Term, kind: 'noop', data: new Uint8Array() },
      { index: 2 as LogIndex, term: 1 as Term, kind: 'membership', data: Uint8Array.of(0, 255, 0, 255) },
      { index: 3 as LogIndex, term: 2 as Term, kind: 'command', data: new Uint8Array(300_000).fill(7) },
    ];
    const store = storage.newStore();
    await store.open();
    await store.append(batch({ hardState: vote(2, 'réplica-日本'), entries }));

    await storage.crash();

    assertState(await storage.newStore().open(), { term: 2, votedFor: 'réplica-日本', entries });
  },

  'keeps a batch that was not acknowledged wholly or not at all': async (storage) => {
    const store = storage.newStore();
    await store.open();
    await store.append(batch({ hardState: vote(1, 'a'), entries: run(1, 2, 1) }));
    storage.holdSyncs();
    const unsettled = store.append(batch({ hardState: vote(2, 'b'), truncateFrom: 2, entries: run(2, 4, 2) }));
    unsettled.catch(() => undefined);

    await storage.crash();
    const state = await storage.newStore().open();

    if (state.hardState.term === 1) assertState(state, { term: 1, votedFor: 'a', entries: run(1, 2, 1) });
    else assertState(state, { term: 2, votedFor: 'b', entries: [...run(1, 1, 1), ...run(2, 4, 2)] });
  },

  'acknowledges in call order, and one sync for all that was appended while the last one ran': async (storage) => {
    const store = storage.newStore();
    await store.open();
    const before = storage.commits();
    const acknowledged: number[] = [];
    const release = storage.holdSyncs();

    const first = store.append(batch({ entries: run(1, 1, 0) })).then(() => acknowledged.push(1));
    await turn();
    const rest = range(2, 40).map((index) =>
      store.append(batch({ entries: run(index, index, 0) })).then(() => acknowledged.push(index)),
    );
    await turn();
    assert.deepEqual(acknowledged, []);
    release();
    await Promise.all([first, ...rest]);

    assert.deepEqual(acknowledged, range(1, 40));
    assert.equal(storage.commits() - before, 2);
  },

  'cuts a conflicting suffix and appends in its place': async (storage) => {
    const store = storage.newStore();
    await store.open();
    await store.append(batch({ entries: run(1, 5, 1) }));
    await store.append(batch({ hardState: vote(2, undefined), truncateFrom: 3, entries: run(3, 4, 2) }));

    await storage.crash();

    assertState(await storage.newStore().open(), {
      term: 2,
      votedFor: undefined,
      entries: [...run(1, 2, 1), ...run(3, 4, 2)],
    });
  },

  'cuts a suffix that an earlier process wrote': async (storage) => {
    const first = storage.newStore();
    await first.open();
    await first.append(batch({ entries: run(1, 5, 1) }));
    await first.close();
    const second = storage.newStore();
    await second.open();
    await second.append(batch({ truncateFrom: 2 }));
    await second.append(batch({ entries: run(2, 2, 4) }));

    await storage.crash();

    assertState(await storage.newStore().open(), { entries: [...run(1, 1, 1), ...run(2, 2, 4)] });
  },

  'takes a truncation behind the end of the log for nothing to do': async (storage) => {
    const store = storage.newStore();
    await store.open();
    await store.append(batch({ entries: run(1, 2, 1) }));
    await store.append(batch({ truncateFrom: 3, entries: run(3, 3, 1) }));

    await storage.crash();

    assertState(await storage.newStore().open(), { entries: run(1, 3, 1) });
  },

  'replaces the log through a snapshot and keeps what follows it': async (storage) => {
    const store = storage.newStore();
    await store.open();
    await store.append(batch({ hardState: vote(2, 'a'), entries: [...run(1, 4, 1), ...run(5, 8, 2)] }));
    await store.append(batch({ snapshot: snapshot(5, 2) }));
    await store.append(batch({ entries: run(9, 9, 2) }));

    await storage.crash();

    assertState(await storage.newStore().open(), {
      term: 2,
      votedFor: 'a',
      snapshot: snapshot(5, 2),
      entries: [...run(6, 8, 2), ...run(9, 9, 2)],
    });
  },

  'drops the whole log when a snapshot contradicts it': async (storage) => {
    const store = storage.newStore();
    await store.open();
    await store.append(batch({ entries: run(1, 8, 1) }));
    await store.append(batch({ hardState: vote(3, undefined), snapshot: snapshot(5, 3), entries: run(6, 6, 3) }));

    await storage.crash();

    assertState(await storage.newStore().open(), { term: 3, snapshot: snapshot(5, 3), entries: run(6, 6, 3) });
  },

  'takes a snapshot from beyond the end of its log': async (storage) => {
    const store = storage.newStore();
    await store.open();
    await store.append(batch({ entries: run(1, 2, 1) }));
    await store.append(batch({ snapshot: snapshot(100, 4) }));
    await store.append(batch({ entries: run(101, 102, 4) }));

    await storage.crash();

    assertState(await storage.newStore().open(), { snapshot: snapshot(100, 4), entries: run(101, 102, 4) });
  },

  'keeps only the newest of several snapshots, through several restarts': async (storage) => {
    for (const round of range(1, 5)) {
      const store = storage.newStore();
      const { entries } = await store.open();
      const next = (entries.at(-1)?.index ?? 0) + 1;
      await store.append(batch({ entries: run(next, next + 9, 1) }));
      await store.append(batch({ snapshot: snapshot(next + 4, 1) }));
      await (round % 2 === 0 ? storage.crash() : store.close());
    }

    assertState(await storage.newStore().open(), { snapshot: snapshot(45, 1), entries: run(46, 50, 1) });
  },

  'keeps who belonged to the group with a snapshot': async (storage) => {
    const configuration = members('a', 'réplica-日本');
    const store = storage.newStore();
    await store.open();
    await store.append(batch({ entries: run(1, 6, 1) }));
    await store.append(batch({ snapshot: { ...snapshot(5, 1), configuration } }));

    await storage.crash();
    const first = storage.newStore();
    const { snapshot: found } = await first.open();
    await first.append(batch({ entries: run(7, 7, 1) }));
    await storage.crash();

    assert.deepEqual(found?.configuration, configuration);
    assert.deepEqual((await storage.newStore().open()).snapshot?.configuration, configuration);
  },

  'keeps which store of its member it is, through restarts and snapshots': async (storage) => {
    const store = storage.newStore();
    assert.equal((await store.open()).storeId, undefined);
    await store.identify(1_795_000_000_123);
    await storage.crash();
    const again = storage.newStore();
    assert.equal((await again.open()).storeId, 1_795_000_000_123);
    await again.append(batch({ hardState: vote(3, 'a'), entries: run(1, 40, 2) }));
    await again.append(batch({ snapshot: snapshot(30, 2) }));
    await again.append(batch({ entries: run(41, 60, 3) }));

    await storage.crash();
    const { storeId, entries } = await storage.newStore().open();

    assert.deepEqual([storeId, entries.length], [1_795_000_000_123, 30]);
  },

  'is given no other id once something was appended': async (storage) => {
    const store = storage.newStore();
    await store.open();
    await store.append(batch({ hardState: vote(1, 'a') }));

    await assert.rejects(store.identify(7), { name: 'InvariantViolation' });
  },

  'waits for what was appended when it is closed': async (storage) => {
    const store = storage.newStore();
    await store.open();
    const appended = store.append(batch({ entries: run(1, 3, 1) }));

    await store.close();
    await appended;

    assertState(await storage.newStore().open(), { entries: run(1, 3, 1) });
  },

  'refuses a second store while the first one is open, and not after it was closed': async (storage) => {
    const first = storage.newStore();
    await first.open();
    await first.append(batch({ entries: run(1, 1, 1) }));

    await assert.rejects(storage.newStore().open(), (error) => {
      assert(error instanceof StoreInUseError);
      assert.equal(error.code, 'STORE_IN_USE');
      return true;
    });
    await first.append(batch({ entries: run(2, 2, 1) }));
    await first.close();

    assertState(await storage.newStore().open(), { entries: run(1, 2, 1) });
  },

  'accepts nothing before it is opened nor after it was closed': async (storage) => {
    const store = storage.newStore();
    await assert.rejects(store.append(batch({ entries: run(1, 1, 1) })), /not open/);
    await store.open();
    await store.close();
    await assert.rejects(store.append(batch({ entries: run(1, 1, 1) })), /not open/);
  },

  'refuses for good after a failed sync, tells once, and keeps what was acknowledged before': async (storage) => {
    const failures: StorageFailedError[] = [];
    const store = storage.newStore((error) => failures.push(error));
    await store.open();
    await store.append(batch({ hardState: vote(1, 'a'), entries: run(1, 1, 1) }));
    storage.failNextSync('EIO');

    const failed = store.append(batch({ entries: run(2, 2, 1) }));
    await assert.rejects(failed, (error) => {
      assert(error instanceof StorageFailedError);
      assert.deepEqual([error.code, error.definite, error.reason], ['STORAGE_FAILED', false, 'io']);
      return true;
    });
    await assert.rejects(store.append(batch({ entries: run(3, 3, 1) })), StorageFailedError);
    assert.equal(failures.length, 1);
    await storage.crash();

    const state = await storage.newStore().open();
    assert.deepEqual(state.hardState, vote(1, 'a'));
    assert.deepEqual(state.entries.slice(0, 1).map(plain), run(1, 1, 1).map(plain));
    assert(state.entries.length <= 2);
  },

  'rejects everything that waits behind a failed sync': async (storage) => {
    const store = storage.newStore();
    await store.open();
    storage.failNextSync('EIO');
    const release = storage.holdSyncs();

    const settled = Promise.allSettled(
      range(1, 5).map((index) => store.append(batch({ entries: run(index, index, 1) }))),
    );
    release();

    for (const { status } of await settled) assert.equal(status, 'rejected');
  },

  'tells a full disk from a broken one': async (storage) => {
    const store = storage.newStore();
    await store.open();
    storage.failNextSync('ENOSPC');

    await assert.rejects(store.append(batch({ entries: run(1, 1, 1) })), { reason: 'diskFull' });
  },

  'refuses a batch that leaves a gap, a second vote in a term, and a term that goes back': async (storage) => {
    const store = storage.newStore();
    await store.open();
    await store.append(batch({ hardState: vote(5, 'a'), entries: run(1, 2, 5) }));
    const wrong = [
      batch({ entries: run(4, 4, 5) }),
      batch({ hardState: vote(5, 'b') }),
      batch({ hardState: vote(4, 'a') }),
      batch({ entries: run(3, 3, 4) }),
    ];

    for (const each of wrong) {
      await storage.crash();
      const restarted = storage.newStore();
      await restarted.open();
      await assert.rejects(restarted.append(each), { name: 'InvariantViolation' });
    }

    await storage.crash();
    assertState(await storage.newStore().open(), { term: 5, votedFor: 'a', entries: run(1, 2, 5) });
  },
};

function members(...ids: readonly string[]): Configuration {
  const all = ids.map((id) => ({
    id: id as ReplicaId,
    kind: 'voter' as const,
    priority: 3,
    storeId: 0,
    context: `http://${id}`,
  }));
  return { members: all };
}

/** A persist batch with the parts that matter to a test. */
export function batch(parts: {
  readonly hardState?: HardState;
  readonly truncateFrom?: number;
  readonly entries?: readonly Entry[];
  readonly snapshot?: Snapshot;
}): PersistBatch {
  return {
    sequence: 0,
    hardState: parts.hardState,
    truncateFrom: parts.truncateFrom as LogIndex | undefined,
    entries: parts.entries ?? [],
    snapshot: parts.snapshot,
  };
}

export function vote(term: number, votedFor: string | undefined): HardState {
  return { term: term as Term, votedFor: votedFor as ReplicaId | undefined };
}

/** Commands from one index through another, of one term; each one's data tells its index and term. */
export function run(first: number, last: number, term: number): Entry[] {
  return range(first, last).map((index) => ({
    index: index as LogIndex,
    term: term as Term,
    kind: 'command' as const,
    data: new TextEncoder().encode(`command ${index} of term ${term}`),
  }));
}

export function snapshot(index: number, term: number): Snapshot {
  const data = new TextEncoder().encode(`everything through ${index} of term ${term}`);
  return { index: index as LogIndex, term: term as Term, data };
}

function assertState(
  state: StoredState,
  expected: { term?: number; votedFor?: string | undefined; entries: readonly Entry[]; snapshot?: Snapshot },
): void {
  if ('term' in expected) assert.equal(state.hardState.term, expected.term);
  if ('votedFor' in expected) assert.equal(state.hardState.votedFor, expected.votedFor);
  assert.deepEqual(state.entries.map(plain), expected.entries.map(plain));
  assert.deepEqual(state.snapshot && plain(state.snapshot), expected.snapshot && plain(expected.snapshot));
}

/** With the data as text, because two views of equal bytes need not be of one class. */
function plain<T extends { readonly data: Uint8Array }>(value: T): Omit<T, 'data'> & { data: string } {
  return { ...value, data: Buffer.from(value.data).toString('latin1') };
}

function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}

/** One turn of the event loop: what was ready has run. */
function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
