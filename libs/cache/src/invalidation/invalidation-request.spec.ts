import { describe, expect, it } from '@jest/globals';

import type { IncomingRequest } from '../calls/call-auth.guard.js';
import { cacheKey, type CacheKey } from '../core/cache-key.js';
import { invalidationPath, parseInvalidation } from './invalidation-request.js';

const request = (
  query: Record<string, unknown>,
  headers: Record<string, string> = {},
  params = { collection: 'products', name: 'tux' },
): IncomingRequest => ({
  method: 'DELETE',
  url: '/cache/products/tux',
  headers,
  params,
  query,
});

describe('an invalidation', () => {
  it.each([
    { from: 'the query', parsed: parseInvalidation(request({ epoch: '3', sequence: '41' })) },
    { from: 'headers', parsed: parseInvalidation(request({}, { 'cache-epoch': '3', 'cache-sequence': '41' })) },
  ])('takes its version from $from', ({ parsed }) => {
    expect(parsed).toEqual({ ok: true, value: { key: 'products/tux', version: { epoch: 3, sequence: 41 } } });
  });

  it('without a version removes whatever is held', () => {
    expect(parseInvalidation(request({}))).toEqual({ ok: true, value: { key: 'products/tux', version: undefined } });
  });

  it('without a name is for the whole collection', () => {
    expect(
      parseInvalidation(request({ epoch: '3', sequence: '41' }, {}, { collection: 'products', name: '' })),
    ).toMatchObject({ ok: true, value: { key: 'products/' } });
  });

  it.each([
    { query: { epoch: '3' }, at: '/epoch' },
    { query: { epoch: '-3', sequence: '4' }, at: '/epoch' },
    { query: { epoch: '3', sequence: '0x4' }, at: '/sequence' },
    { query: { epoch: '3', sequence: ['4', '5'] }, at: '/sequence' },
    { query: { epoch: '3', sequence: '99999999999999999999' }, at: '/sequence' },
    { query: { epoch: '03', sequence: '4' }, at: '/epoch' },
  ])('is refused at $at: $query', ({ query, at }) => {
    expect(parseInvalidation(request(query))).toMatchObject({ ok: false, problems: [{ pointer: at }] });
  });

  it('is refused for a name that is too long', () => {
    expect(parseInvalidation(request({}, {}, { collection: 'products', name: 'x'.repeat(600) })).ok).toBe(false);
  });

  it.each<{ key: CacheKey; path: string }>([
    { key: cacheKey('products', "a b/é'"), path: "/cache/products/a%20b%2F%C3%A9'?epoch=3&sequence=4" },
    { key: 'products/', path: '/cache/products?epoch=3&sequence=4' },
  ])('for $key travels to $path', ({ key, path }) => {
    expect(invalidationPath(key, { epoch: 3, sequence: 4 })).toBe(path);
  });
});
