import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '@toystore/service';
import { readFrontendConfig } from './frontend-config.js';

describe('the frontend’s configuration', () => {
  it('stands for a store on this machine when nothing is set', () => {
    expect(readFrontendConfig({})).toMatchObject({
      nodeId: 'frontend-1',
      port: 8080,
      internalHost: '127.0.0.1',
      internalPort: 8081,
      catalogUrl: 'http://127.0.0.1:8082',
      members: [{ id: 'order-1', url: 'http://127.0.0.1:8091', priority: 1 }, { priority: 2 }, { priority: 3 }],
      heartbeatIntervalMs: 3000,
      orderDeadlineMs: 10_000,
      cacheCapacity: 7,
    });
  });

  it('lists every problem at once', () => {
    const read = () =>
      readFrontendConfig({
        PORT: 'http',
        CATALOG_URL: 'nowhere',
        MEMBERS: 'order-1',
        CACHE_CAPACITY: '0',
        ORDER_DEADLINE_MS: '-1',
      });

    expect(read).toThrow(ConfigError);
    expect(read).toThrow(
      /PORT=http[\s\S]*CATALOG_URL=nowhere[\s\S]*MEMBERS=order-1[\s\S]*ORDER_DEADLINE_MS=-1[\s\S]*CACHE_CAPACITY=0/,
    );
  });

  it('refuses to put the internal routes on the public port', () => {
    expect(() => readFrontendConfig({ PORT: '9000', INTERNAL_PORT: '9000' })).toThrow(/INTERNAL_PORT=9000/);
  });
});
