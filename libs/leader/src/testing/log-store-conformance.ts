import { durability } from './log-store/durability.js';
import { failures } from './log-store/failures.js';
import { logChanges } from './log-store/log-changes.js';
import type { LogStoreBehaviours, LogStoreUnderTest } from './log-store/log-store-under-test.js';
import { opening } from './log-store/opening.js';

export type { LogStoreUnderTest } from './log-store/log-store-under-test.js';
export { batch, run, snapshot, vote } from './log-store/stored-state.js';

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

const behaviours: LogStoreBehaviours = { ...durability, ...logChanges, ...opening, ...failures };
