import { describe, expect, it } from '@jest/globals';
import { OpenPurchases } from './open-purchases.js';

class MemoryStorage {
  readonly #items = new Map<string, string>();

  getItem(key: string): string | null {
    return this.#items.get(key) ?? null;
  }

  setItem(key: string, value: string): void {
    this.#items.set(key, value);
  }
}

const fox = { name: 'fox', quantity: 2, key: 'k1' };

describe('open purchases', () => {
  it('survive a reload of the page until they are settled', () => {
    const storage = new MemoryStorage();
    new OpenPurchases(storage).keep(fox);

    const reloaded = new OpenPurchases(storage);
    expect(reloaded.of('fox')).toEqual(fox);

    reloaded.settle('fox');
    expect(new OpenPurchases(storage).of('fox')).toBeUndefined();
  });

  it('leave out what is not a purchase', () => {
    const storage = new MemoryStorage();
    storage.setItem('open-purchases', JSON.stringify([fox, { name: 'tux' }, null, 7]));

    const open = new OpenPurchases(storage);

    expect(open.of('fox')).toEqual(fox);
    expect(open.of('tux')).toBeUndefined();
  });
});
