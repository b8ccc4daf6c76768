import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { explainPath, productPath, publicRoutes } from '@toystore/contracts';
import { askFor, fetchCluster, fetchExplanation, fetchToyNames } from './lab-api.js';

const asked: { path: string; cache: string | undefined }[] = [];
const originalFetch = globalThis.fetch;
afterEach(() => {
  globalThis.fetch = originalFetch;
  asked.length = 0;
});

function answer(status: number, body: unknown, headers: Record<string, string> = {}): void {
  globalThis.fetch = jest.fn<typeof fetch>(async (path, init) => {
    asked.push({ path: String(path), cache: (init as { cache?: string } | undefined)?.cache });
    return new Response(JSON.stringify(body), { status, headers });
  });
}

describe('what the lab page asks its frontend', () => {
  it("goes to the routes of the contract, past the browser's own cache", async () => {
    answer(200, { data: [] });

    await fetchCluster();
    await fetchExplanation('toy car');
    await fetchToyNames();
    await askFor('toy car');

    expect(asked).toEqual(
      [publicRoutes.cluster, explainPath('toy car'), publicRoutes.products, productPath('toy car')].map((path) => ({
        path,
        cache: 'no-store',
      })),
    );
  });

  it('brings how a request for a toy went', async () => {
    answer(200, { data: { name: 'tux', price: 1, quantity: 7 } }, { 'cache-status': 'frontend; hit; ttl=9' });
    expect(await askFor('tux')).toEqual({ status: 200, cacheStatus: 'frontend; hit; ttl=9', quantity: 7 });

    answer(503, { title: 'Unavailable' });
    expect(await askFor('tux')).toEqual({ status: 503, cacheStatus: 'not from the cache', quantity: undefined });
  });

  it('is nothing when the frontend is not there or answers something else', async () => {
    answer(503, {});
    expect(await fetchCluster()).toBeUndefined();

    globalThis.fetch = jest.fn<typeof fetch>(() => Promise.reject(new TypeError('failed to fetch')));
    expect(await fetchCluster()).toBeUndefined();
    expect(await askFor('tux')).toBeUndefined();
  });
});
