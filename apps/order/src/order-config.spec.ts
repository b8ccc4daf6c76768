import { describe, expect, it } from '@jest/globals';
import { readOrderConfig } from './order-config.js';

describe('readOrderConfig', () => {
  it('gives a replica of the local store its own port and folder', () => {
    const config = readOrderConfig({ NODE_ID: 'order-2' });

    expect(config).toMatchObject({
      port: 8092,
      dataDir: 'data/var/order-2',
      clusterSecretPath: 'data/var/cluster-secret',
      ordersCsvPath: 'data/var/order-2/orders.csv',
      catalogUrl: 'http://127.0.0.1:8082',
      takeoverStableMs: 10_000,
    });
    expect(config.members.map((member) => member.priority)).toEqual([1, 2, 3]);
  });

  it('takes what is set', () => {
    const config = readOrderConfig({
      NODE_ID: 'b',
      PORT: '9002',
      DATA_DIR: '/srv/b',
      CLUSTER_SECRET_FILE: '/srv/key',
      MEMBERS: 'a=http://10.0.0.1:80;5,b=http://10.0.0.2:80;6',
      TAKEOVER_STABLE_MS: '0',
    });

    expect(config).toMatchObject({ port: 9002, ordersCsvPath: '/srv/b/orders.csv', clusterSecretPath: '/srv/key' });
    expect(config.takeoverStableMs).toBe(0);
  });

  it('lists every problem at once', () => {
    const read = () =>
      readOrderConfig({ PORT: '-1', MEMBERS: 'order-1', CATALOG_URL: 'nowhere', DEBIT_TIMEOUT_MS: '1' });

    expect(read).toThrow(/PORT=-1[^]*MEMBERS=order-1[^]*CATALOG_URL=nowhere[^]*DEBIT_TIMEOUT_MS=1/);
  });

  it.each([
    [undefined, false],
    ['0', false],
    ['1', true],
  ])('with FAULT_INJECTION=%s fault injection is on: %s', (value, faultInjection) => {
    expect(readOrderConfig(value === undefined ? {} : { FAULT_INJECTION: value })).toMatchObject({ faultInjection });
  });

  it('does not guess what else FAULT_INJECTION may mean', () => {
    expect(() => readOrderConfig({ FAULT_INJECTION: 'maybe' })).toThrow(/FAULT_INJECTION=maybe/);
  });

  it('refuses an id that is not a member', () => {
    expect(() => readOrderConfig({ NODE_ID: 'order-9' })).toThrow(/NODE_ID=order-9.*order-1, order-2, order-3/);
  });
});
