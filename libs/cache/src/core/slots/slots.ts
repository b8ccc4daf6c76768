/** What had to leave for a newcomer. */
export interface Evicted<K, V> {
  readonly key: K;
  readonly value: V;
}

/**
 * A fixed number of slots and the rule that says who leaves. A port: `LruSlots` and `SieveSlots` implement it, and every
 * implementation runs `describeSlots` of `./testing`.
 * Synchronous, never more than `capacity` entries, no other memory that grows with the keys it has seen (ghost lists
 * would have to be bounded by `capacity` too).
 */
export interface Slots<K, V> {
  /** 0 keeps nothing. */
  readonly capacity: number;
  readonly size: number;
  /** Reads, and counts as a use. */
  touch(key: K): V | undefined;
  /** Reads and leaves the order alone. */
  peek(key: K): V | undefined;
  /** Stores. Returns what had to leave, never the key itself. */
  set(key: K, value: V): Evicted<K, V> | undefined;
  delete(key: K): boolean;
  clear(): void;
  /** Each entry once, about the order in which they would leave: first out first. */
  entries(): IterableIterator<[K, V]>;
}

/** Makes the slots of a cache. */
export type EvictionPolicy = <K, V>(capacity: number) => Slots<K, V>;
