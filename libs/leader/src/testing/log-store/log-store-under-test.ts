import type { StorageFailedError } from '../../log-store/errors.js';
import type { LogStore } from '../../log-store/log-store.js';

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

/** Each by the title of its test. */
export type LogStoreBehaviours = Readonly<Record<string, (storage: LogStoreUnderTest) => Promise<void>>>;
