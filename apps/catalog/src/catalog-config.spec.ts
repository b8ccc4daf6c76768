import { describe, expect, it } from '@jest/globals';
import { readCatalogConfig } from './catalog-config.js';

describe('readCatalogConfig', () => {
  it('has a default for everything', () => {
    expect(readCatalogConfig({})).toMatchObject({
      nodeId: 'catalog',
      port: 8082,
      toysCsvPath: 'data/toys.csv',
      restockIntervalMs: 10_000,
      leaseMs: 2_000,
      invalidationMode: 'strict',
      clusterSecretPath: 'data/var/cluster-secret',
      catalogCsvPath: 'data/var/catalog/catalog.csv',
    });
  });

  it.each([
    [undefined, false],
    ['1', true],
  ])('with FAULT_INJECTION=%s fault injection is on: %s', (value, faultInjection) => {
    expect(readCatalogConfig(value === undefined ? {} : { FAULT_INJECTION: value })).toMatchObject({ faultInjection });
  });

  it('lists every problem at once', () => {
    const read = () =>
      readCatalogConfig({
        PORT: 'x',
        RESTOCK_INTERVAL_MS: '-1',
        LEASE_MS: '1',
        CLUSTER_SECRET: 'short',
        INVALIDATION_MODE: 'await',
      });

    expect(read).toThrow(
      /PORT=x[^]*CLUSTER_SECRET=\(hidden\)[^]*RESTOCK_INTERVAL_MS=-1[^]*LEASE_MS=1[^]*INVALIDATION_MODE=await.*one of strict, background/,
    );
  });
});
