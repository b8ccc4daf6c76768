/**
 * A seeded source of randomness (xoshiro128**, Blackman and Vigna 2018): the same seed gives the same sequence on
 * every machine. Not for secrets.
 */
export class Prng {
  private a: number;
  private b: number;
  private c: number;
  private d: number;

  constructor(seed: number) {
    // Both halves of the seed count, so that seeds that differ by 2^32 are different too.
    const spread = spreadSeed((seed >>> 0) ^ Math.imul(Math.trunc(seed / 0x1_0000_0000), 0x9e3779b1));
    this.a = spread();
    this.b = spread();
    this.c = spread();
    this.d = spread() | 1;
  }

  /** A number in [0, 1). */
  next(): number {
    return this.nextUint32() / 0x1_0000_0000;
  }

  /** A number in [min, max). */
  between(min: number, max: number): number {
    return min + this.next() * (max - min);
  }

  /** An integer in [min, max]. */
  integer(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A source of its own, so that one concern's draws do not shift another's. */
  fork(): Prng {
    return new Prng(this.nextUint32());
  }

  private nextUint32(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.b, 5), 7), 9) >>> 0;
    const shifted = this.b << 9;
    this.c ^= this.a;
    this.d ^= this.b;
    this.b ^= this.c;
    this.a ^= this.d;
    this.c ^= shifted;
    this.d = rotateLeft(this.d, 11);
    return result;
  }
}

function rotateLeft(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}

/** Neighbouring seeds (1, 2, 3 …) must not give neighbouring states: a multiply-xorshift mixer sits in between. */
function spreadSeed(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = state ^ (state >>> 16);
    mixed = Math.imul(mixed, 0x21f0aaad);
    mixed ^= mixed >>> 15;
    mixed = Math.imul(mixed, 0x735a2d97);
    return mixed ^ (mixed >>> 15);
  };
}
