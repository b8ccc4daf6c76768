import 'reflect-metadata';

import { beforeEach, describe, expect, it } from '@jest/globals';
import { CACHE_MANAGER, CacheModule, type Cache } from '@nestjs/cache-manager';
import { Test } from '@nestjs/testing';

import { CoherentCache } from '../serving/coherent-cache.service.js';
import { versioned } from '../serving/loaded.js';
import { CoherentCacheTestingModule } from '../testing/coherent-cache-testing.module.js';
import { createGate } from '../testing/gate.js';
import { ManualScheduler } from '../testing/manual-scheduler.js';
import { coherentCacheManagerOptions } from './cache-manager-options.js';

const at = (sequence: number) => ({ epoch: 1, sequence });

describe('CACHE_MANAGER over the coherent cache', () => {
  let cache: CoherentCache;
  let manager: Cache;
  let scheduler: ManualScheduler;

  beforeEach(async () => {
    scheduler = new ManualScheduler();
    const module = await Test.createTestingModule({
      imports: [
        CoherentCacheTestingModule.forRoot({ isGlobal: true, scheduler, leaseMs: 2_000 }),
        CacheModule.registerAsync({ inject: [CoherentCache], useFactory: coherentCacheManagerOptions }),
      ],
    }).compile();
    cache = module.get(CoherentCache);
    manager = module.get<Cache>(CACHE_MANAGER);
  });

  const load = (name: string, sequence = 1) =>
    cache.fetch(`products/${name}`, async () => ({ value: { name }, ...at(sequence) }));
  const list = async () => {
    const names: string[] = [];
    for await (const [key] of manager.stores[0]?.iterator?.(undefined) as AsyncGenerator<[string]>) names.push(key);
    return names;
  };

  it('reads what the cache holds, and nothing else', async () => {
    await load('tux');

    expect(await manager.get('products/tux')).toEqual({ name: 'tux' });
    expect(await manager.get('products/fox')).toBeUndefined();
    expect(await manager.get('no key of this cache')).toBeUndefined();
  });

  it('lists the same seven entries, and reading one keeps it from being the next to go', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await load(name);
    await manager.get('products/a');
    await load('h');

    expect(await list()).toEqual(['c', 'd', 'e', 'f', 'g', 'a', 'h'].map((name) => `products/${name}`));
  });

  it('answers nothing once the lease has ended', async () => {
    await load('tux');

    await scheduler.advance(1_950);

    expect(await manager.get('products/tux')).toBeUndefined();
    expect(await list()).toEqual([]);
  });

  it('deletes, and what is being loaded meanwhile is not stored', async () => {
    await load('tux');
    expect(await manager.del('products/tux')).toBe(true);
    const gate = createGate();
    const loading = cache.fetch('products/fox', async () => {
      await gate.passed;
      return { value: 'old', ...at(1) };
    });

    await manager.del('products/fox');
    gate.open();

    expect(await loading).toBe('old');
    expect(await list()).toEqual([]);
  });

  it('clears everything', async () => {
    await load('tux');
    await load('fox');

    await manager.clear();

    expect(cache.stats().keys).toEqual([]);
  });

  it('refuses to store a value without a version', async () => {
    await manager.set('products/tux', { name: 'tux' });

    expect(await manager.get('products/tux')).toBeUndefined();
    expect(cache.stats().unversionedSetsRefused).toBe(1);
  });

  it.each([
    { sequence: 4, stored: false, why: 'older than the last invalidation' },
    { sequence: 5, stored: true, why: 'as new as the last invalidation' },
  ])('stores a versioned value only when it is new enough: $why', async ({ sequence, stored }) => {
    cache.invalidate('products/tux', at(5));

    await manager.set('products/tux', versioned('given', at(sequence)));

    expect(await manager.get('products/tux')).toBe(stored ? 'given' : undefined);
  });
});
