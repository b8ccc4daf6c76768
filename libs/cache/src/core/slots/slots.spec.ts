import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';

import { describeSlots } from '../../testing/slots/describe-slots.js';
import { evictionPolicies, type EvictionPolicyName } from './eviction.js';
import type { EvictionPolicy } from './slots.js';

const names = Object.keys(evictionPolicies) as EvictionPolicyName[];
for (const name of names) describeSlots(name, evictionPolicies[name], { describe, it });

/** A list that is searched from end to end; index 0 came in first. */
interface NaiveModel {
  readonly keys: string[];
  use(key: string): void;
  insert(key: string): void;
  remove(key: string): void;
}

class NaiveLru implements NaiveModel {
  keys: string[] = [];
  constructor(private readonly capacity: number) {}

  use(key: string): void {
    if (this.keys.includes(key)) this.keys = [...this.keys.filter((other) => other !== key), key];
  }
  insert(key: string): void {
    this.keys = [...this.keys.filter((other) => other !== key), key].slice(-this.capacity);
  }
  remove(key: string): void {
    this.keys = this.keys.filter((other) => other !== key);
  }
}

class NaiveSieve implements NaiveModel {
  keys: string[] = [];
  private used = new Set<string>();
  private hand = 0;
  constructor(private readonly capacity: number) {}

  use(key: string): void {
    if (this.keys.includes(key)) this.used.add(key);
  }
  insert(key: string): void {
    if (this.keys.includes(key)) return this.use(key);
    if (this.keys.length === this.capacity) {
      if (this.hand >= this.keys.length) this.hand = 0;
      while (this.used.delete(this.keys[this.hand] as string)) this.hand = (this.hand + 1) % this.keys.length;
      this.keys.splice(this.hand, 1);
      // The hand now looks at who came in next; with nobody there, at the oldest, whoever comes in meanwhile.
      if (this.hand === this.keys.length) this.hand = 0;
    }
    this.keys.push(key);
  }
  remove(key: string): void {
    const at = this.keys.indexOf(key);
    if (at === -1) return;
    this.keys.splice(at, 1);
    this.used.delete(key);
    if (at < this.hand) this.hand -= 1;
    else if (this.hand === this.keys.length) this.hand = 0;
  }
}

const seed = Number(process.env['CACHE_PROPERTY_SEED'] ?? Date.now() % 2_147_483_647);

const steps = fc.array(
  fc.record({
    kind: fc.constantFrom('use', 'use', 'use', 'insert', 'insert', 'remove' as const),
    key: fc.constantFrom(...'abcdefghij'),
  }),
  { maxLength: 200, size: 'max' },
);

function equalsModel(policy: EvictionPolicy, model: (capacity: number) => NaiveModel) {
  return fc.property(fc.integer({ min: 1, max: 6 }), steps, (capacity, taken) => {
    const slots = policy<string, string>(capacity);
    const naive = model(capacity);
    for (const { kind, key } of taken) {
      if (kind === 'use') {
        slots.touch(key);
        naive.use(key);
      } else if (kind === 'insert') {
        slots.set(key, key);
        naive.insert(key);
      } else {
        slots.delete(key);
        naive.remove(key);
      }
      const held = [...slots.entries()].map(([each]) => each).join('');
      if (held !== naive.keys.join('')) throw new Error(`holds ${held} instead of ${naive.keys.join('')}`);
    }
  });
}

describe(`eviction policies next to naive models, seed ${seed}`, () => {
  it.each([
    { name: 'lru', policy: evictionPolicies.lru, model: (capacity: number): NaiveModel => new NaiveLru(capacity) },
    {
      name: 'sieve',
      policy: evictionPolicies.sieve,
      model: (capacity: number): NaiveModel => new NaiveSieve(capacity),
    },
  ])('$name holds what its model holds, in the same order', ({ policy, model }) => {
    try {
      fc.assert(equalsModel(policy, model), { numRuns: 500, seed });
    } catch (error) {
      throw new Error(`Replay: CACHE_PROPERTY_SEED=${seed} npx nx test cache -- slots\n${String(error)}`, {
        cause: error,
      });
    }
  });

  it.each([
    { name: 'lru', policy: evictionPolicies.lru, other: (capacity: number): NaiveModel => new NaiveSieve(capacity) },
    { name: 'sieve', policy: evictionPolicies.sieve, other: (capacity: number): NaiveModel => new NaiveLru(capacity) },
  ])('the other model notices that $name is not its own', ({ policy, other }) => {
    expect(fc.check(equalsModel(policy, other), { numRuns: 500, seed, endOnFailure: true }).failed).toBe(true);
  });

  it('sieve keeps seven popular entries through a scan that empties an LRU', () => {
    const survivors = names.map((name) => {
      const slots = evictionPolicies[name]<string, number>(10);
      for (let round = 0; round < 3; round += 1)
        for (const key of 'abcdefg') if (slots.touch(key) === undefined) slots.set(key, 1);
      for (let index = 0; index < 10; index += 1) slots.set(`scan${index}`, 1);
      return [name, [...'abcdefg'].filter((key) => slots.peek(key) !== undefined).length];
    });

    expect(Object.fromEntries(survivors)).toEqual({ lru: 0, sieve: 7 });
  });
});
