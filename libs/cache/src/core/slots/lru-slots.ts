import { invariant } from '../invariant.js';
import type { Evicted, Slots } from './slots.js';

/**
 * A fixed number of slots, least recently used first out. A Map keeps insertion order, so the first key is the victim
 * and moving a key to the end is a delete and a set.
 */
export class LruSlots<K, V> implements Slots<K, V> {
  private readonly slots = new Map<K, V>();
  /** The most recently used key, if it is known: a hot key is touched again and again. */
  private newest: K | undefined;

  /** @param capacity 0 keeps nothing. */
  constructor(readonly capacity: number) {
    invariant(Number.isSafeInteger(capacity) && capacity >= 0, `capacity is a non-negative integer, got ${capacity}`);
  }

  get size(): number {
    return this.slots.size;
  }

  /** Reads and makes it the most recently used. */
  touch(key: K): V | undefined {
    const value = this.slots.get(key);
    if (value === undefined || key === this.newest) return value;
    this.slots.delete(key);
    this.slots.set(key, value);
    this.newest = key;
    return value;
  }

  /** Reads and leaves the recency alone. */
  peek(key: K): V | undefined {
    return this.slots.get(key);
  }

  /** Stores as the most recently used. Returns what had to leave, never the key itself. */
  set(key: K, value: V): Evicted<K, V> | undefined {
    if (this.capacity === 0) return undefined;
    this.slots.delete(key);
    const evicted = this.slots.size === this.capacity ? this.removeOldest() : undefined;
    this.slots.set(key, value);
    this.newest = key;
    return evicted;
  }

  delete(key: K): boolean {
    if (key === this.newest) this.newest = undefined;
    return this.slots.delete(key);
  }

  clear(): void {
    this.slots.clear();
    this.newest = undefined;
  }

  /** Least recently used first. */
  entries(): IterableIterator<[K, V]> {
    return this.slots.entries();
  }

  private removeOldest(): Evicted<K, V> | undefined {
    for (const [key, value] of this.slots) {
      this.slots.delete(key);
      return { key, value };
    }
    return undefined;
  }
}
