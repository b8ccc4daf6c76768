import { describe, expect, it } from '@jest/globals';

import { RouteTable } from './route-table.js';

describe('RouteTable', () => {
  const routes = new RouteTable();
  routes.add('GET', '/products/:name');
  routes.add(['HEAD'], '/products/:name');
  routes.add('POST', '/products/special');
  routes.add('GET', '/');
  routes.add('GET', '/docs/*');

  it.each([
    ['/products/tux', ['GET', 'HEAD']],
    ['/products/tux?x=/y', ['GET', 'HEAD']],
    ['/products/%zz', ['GET', 'HEAD']],
    ['/products/special', ['GET', 'HEAD', 'POST']],
    ['/%70roducts/special', ['GET', 'HEAD', 'POST']],
    ['/', ['GET']],
    ['/docs/a/b', ['GET']],
    ['/docs/', ['GET']],
    ['/products/', []],
    ['/products', []],
    ['/products/a/b', []],
    ['/Products/a', []],
    ['/%zz/a', []],
    ['', []],
  ])('knows who answers at %s', (target, methods) => {
    expect(routes.methodsAt(target)).toEqual(methods);
  });
});
