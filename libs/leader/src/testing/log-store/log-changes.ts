import assert from 'node:assert/strict';
import type { LogStoreBehaviours } from './log-store-under-test.js';
import { assertState, batch, members, range, run, snapshot, vote } from './stored-state.js';

/** Suffixes that are cut, and snapshots that stand for what is before them. */
export const logChanges: LogStoreBehaviours = {
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
};
