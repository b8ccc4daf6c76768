import assert from 'node:assert/strict';
import type { Entry, LogIndex, Term } from '@quorumkit/raft';
import type { LogStoreBehaviours } from './log-store-under-test.js';
import { assertState, batch, range, run, turn, vote } from './stored-state.js';

/** What was acknowledged is there, and what was not is there wholly or not at all. */
export const durability: LogStoreBehaviours = {
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
};
