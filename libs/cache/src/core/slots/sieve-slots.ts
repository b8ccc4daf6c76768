import { invariant } from '../invariant.js';
import type { Evicted, Slots } from './slots.js';

/** A place in the queue. `older` leads to where entries leave, `newer` to where they come in. */
interface Place<K, V> {
  readonly key: K;
  value: V;
  /** Used since the hand last passed. */
  used: boolean;
  older: Place<K, V> | undefined;
  newer: Place<K, V> | undefined;
}

/**
 * SIEVE: a queue in order of arrival and a hand that moves from the oldest to the newest and around again; it spares
 * who was used since it last passed, and takes the first who was not. A use moves nothing, it sets a mark; one-time
 * visitors leave soon, also when many come at once.
 * Source: Y. Zhang et al., "SIEVE is Simpler than LRU: an Efficient Turn-Key Eviction Algorithm for Web Caches", NSDI 2024.
 */
export class SieveSlots<K, V> implements Slots<K, V> {
  private readonly places = new Map<K, Place<K, V>>();
  private oldest: Place<K, V> | undefined;
  private newest: Place<K, V> | undefined;
  /** Where the hand looks next; nothing: at the oldest. */
  private hand: Place<K, V> | undefined;

  /** @param capacity 0 keeps nothing. */
  constructor(readonly capacity: number) {
    invariant(Number.isSafeInteger(capacity) && capacity >= 0, `capacity is a non-negative integer, got ${capacity}`);
  }

  get size(): number {
    return this.places.size;
  }

  touch(key: K): V | undefined {
    const place = this.places.get(key);
    if (place === undefined) return undefined;
    place.used = true;
    return place.value;
  }

  peek(key: K): V | undefined {
    return this.places.get(key)?.value;
  }

  /** A value that is replaced keeps its place, and that counts as a use. */
  set(key: K, value: V): Evicted<K, V> | undefined {
    if (this.capacity === 0) return undefined;
    const known = this.places.get(key);
    if (known !== undefined) {
      known.value = value;
      known.used = true;
      return undefined;
    }
    const evicted = this.places.size === this.capacity ? this.evictOne() : undefined;
    const place: Place<K, V> = { key, value, used: false, older: this.newest, newer: undefined };
    if (this.newest === undefined) this.oldest = place;
    else this.newest.newer = place;
    this.newest = place;
    this.places.set(key, place);
    return evicted;
  }

  delete(key: K): boolean {
    const place = this.places.get(key);
    if (place !== undefined) this.remove(place);
    return place !== undefined;
  }

  clear(): void {
    this.places.clear();
    this.oldest = undefined;
    this.newest = undefined;
    this.hand = undefined;
  }

  /** Oldest first. A Map keeps insertion order, and a place never moves. */
  *entries(): IterableIterator<[K, V]> {
    for (const [key, { value }] of this.places) yield [key, value];
  }

  private evictOne(): Evicted<K, V> | undefined {
    let candidate = this.hand ?? this.oldest;
    while (candidate?.used === true) {
      candidate.used = false;
      candidate = candidate.newer ?? this.oldest;
    }
    if (candidate === undefined) return undefined;
    this.hand = candidate;
    this.remove(candidate);
    return { key: candidate.key, value: candidate.value };
  }

  private remove(place: Place<K, V>): void {
    if (this.hand === place) this.hand = place.newer;
    if (place.older === undefined) this.oldest = place.newer;
    else place.older.newer = place.newer;
    if (place.newer === undefined) this.newest = place.older;
    else place.newer.older = place.older;
    this.places.delete(place.key);
  }
}
