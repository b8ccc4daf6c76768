/** A seeded source of randomness: the same seed gives the same sequence on every machine. Not for secrets. */
export class Prng {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** A generator of its own for the part that `labels` name, so that one part's draws never shift another's. */
  static forPart(seed: number, ...labels: readonly number[]): Prng {
    return new Prng(labels.reduce((mixed, label) => mix(Math.imul(mixed, 0x9e3779b1) + label), mix(seed)));
  }

  /** 32 random bits: a Weyl sequence through a finalizer (splitmix). */
  bits32(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    return mix(this.#state);
  }

  /** A whole number from 0 to `bound` − 1, for a bound up to 2^32. */
  below(bound: number): number {
    return Math.floor((this.bits32() / 0x1_0000_0000) * bound);
  }
}

function mix(value: number): number {
  let mixed = value >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x21f0aaad);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
  return (mixed ^ (mixed >>> 15)) >>> 0;
}
