import { describe, expect, it } from '@jest/globals';
import { CatalogReachability } from './catalog-reachability.js';

describe('CatalogReachability', () => {
  it('forgives one failure and gives up at the second in a row', () => {
    const reachability = new CatalogReachability();

    reachability.failed();
    expect(reachability.isReachable).toBe(true);
    reachability.failed();
    expect(reachability.isReachable).toBe(false);
  });

  it('gives up at once when a call is not answered in all its time', () => {
    const reachability = new CatalogReachability();

    reachability.stayedSilent();

    expect(reachability.isReachable).toBe(false);
  });

  it('believes one success', () => {
    const reachability = new CatalogReachability();
    reachability.stayedSilent();
    reachability.failed();

    reachability.succeeded();
    reachability.failed();

    expect(reachability.isReachable).toBe(true);
  });
});
