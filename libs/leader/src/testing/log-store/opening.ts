import assert from 'node:assert/strict';
import { StoreInUseError } from '../../log-store/errors.js';
import type { LogStoreBehaviours } from './log-store-under-test.js';
import { assertState, batch, run, snapshot, vote } from './stored-state.js';

/** Whose the store is, and between which moments it takes anything. */
export const opening: LogStoreBehaviours = {
  'keeps which store of its member it is, through restarts and snapshots': async (storage) => {
    const store = storage.newStore();
    assert.equal((await store.open()).storeId, undefined);
    const given = await store.identify();
    assert.ok(Number.isSafeInteger(given) && given > 0);
    await storage.crash();
    const again = storage.newStore();
    assert.equal((await again.open()).storeId, given);
    await again.append(batch({ hardState: vote(3, 'a'), entries: run(1, 40, 2) }));
    await again.append(batch({ snapshot: snapshot(30, 2) }));
    await again.append(batch({ entries: run(41, 60, 3) }));

    await storage.crash();
    const { storeId, entries } = await storage.newStore().open();

    assert.deepEqual([storeId, entries.length], [given, 30]);
  },

  'is given no other id once something was appended': async (storage) => {
    const store = storage.newStore();
    await store.open();
    await store.append(batch({ hardState: vote(1, 'a') }));

    await assert.rejects(store.identify(), { name: 'InvariantViolation' });
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
};
