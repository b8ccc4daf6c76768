import assert from 'node:assert/strict';
import { StorageFailedError } from '../../log-store/errors.js';
import type { LogStoreBehaviours } from './log-store-under-test.js';
import { assertState, batch, plain, range, run, vote } from './stored-state.js';

/** What it refuses, and what it does when the disk does. */
export const failures: LogStoreBehaviours = {
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
