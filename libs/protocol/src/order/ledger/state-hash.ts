/**
 * A 64-bit hash over a set of facts, kept while facts come and go: equal sets have equal hashes whatever the order in
 * which they were built. It finds divergence between honest replicas; it is no defence against forgery.
 */
export class StateHash {
  private high: number;
  private low: number;

  constructor(hex = '0000000000000000') {
    this.high = Number.parseInt(hex.slice(0, 8), 16);
    this.low = Number.parseInt(hex.slice(8, 16), 16);
  }

  add(fact: string): void {
    this.high = (this.high + lane(fact, 0x9747b28c)) >>> 0;
    this.low = (this.low + lane(fact, 0x3c6ef372)) >>> 0;
  }

  remove(fact: string): void {
    this.high = (this.high - lane(fact, 0x9747b28c)) >>> 0;
    this.low = (this.low - lane(fact, 0x3c6ef372)) >>> 0;
  }

  get hex(): string {
    return hexOf(this.high) + hexOf(this.low);
  }
}

/** 64 bits of a text as 16 hex digits; used as the fingerprint of a request. */
export function hash64(text: string): string {
  return hexOf(lane(text, 0x9747b28c)) + hexOf(lane(text, 0x3c6ef372));
}

/** FNV-1a over the UTF-16 units with a murmur finalizer, which spreads the last characters over all bits. */
function lane(text: string, seed: number): number {
  let hash = seed;
  for (let offset = 0; offset < text.length; offset++) {
    hash = Math.imul(hash ^ text.charCodeAt(offset), 0x01000193);
    hash ^= hash >>> 15;
  }
  hash ^= text.length;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function hexOf(lane: number): string {
  return lane.toString(16).padStart(8, '0');
}
