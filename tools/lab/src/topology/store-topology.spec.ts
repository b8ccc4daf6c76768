import { describe, expect, it } from '@jest/globals';
import { portBlock, portOwners } from './port-block.js';
import { storeTopology } from './store-topology.js';

const topology = storeTopology({
  basePort: 9000,
  dataDir: '/var/store',
  repoRoot: '/repo',
  env: { LOG_LEVEL: 'warn' },
});
const named = (name: string) => topology.find((spec) => spec.name === name);

describe('storeTopology', () => {
  it('lists the catalog, three replicas and the frontend at their ports of the block', () => {
    expect(topology.map(({ name, url }) => [name, url])).toEqual([
      ['catalog', 'http://127.0.0.1:9002'],
      ['order-1', 'http://127.0.0.1:9011'],
      ['order-2', 'http://127.0.0.1:9012'],
      ['order-3', 'http://127.0.0.1:9013'],
      ['frontend', 'http://127.0.0.1:9000'],
    ]);
  });

  it('tells every replica and the frontend about the same members, the last with the highest priority', () => {
    const members = 'order-1=http://127.0.0.1:9011;1,order-2=http://127.0.0.1:9012;2,order-3=http://127.0.0.1:9013;3';

    expect(topology.filter(({ kind }) => kind !== 'catalog').map(({ env }) => env['MEMBERS'])).toEqual([
      members,
      members,
      members,
      members,
    ]);
  });

  it('gives each process its folder, its identity and the one secret', () => {
    expect(named('order-2')?.env).toMatchObject({
      NODE_ID: 'order-2',
      PORT: '9012',
      DATA_DIR: '/var/store/order-2',
      CLUSTER_SECRET_FILE: '/var/store/cluster-secret',
      CATALOG_URL: 'http://127.0.0.1:9002',
    });
    expect(named('frontend')?.env).toMatchObject({ NODE_ID: 'frontend-1', PORT: '9000', INTERNAL_PORT: '9001' });
    expect(named('catalog')?.env).toMatchObject({ TOYS_CSV: '/repo/data/toys.csv' });
  });

  it('gives every further frontend ports, a folder and an id of its own', () => {
    const frontends = storeTopology({ basePort: 9000, frontends: 3, dataDir: '/var/store', repoRoot: '/repo' }).filter(
      ({ kind }) => kind === 'frontend',
    );

    expect(
      frontends.map(({ name, url, dataDir, env }) => [
        name,
        url,
        dataDir,
        env['NODE_ID'],
        env['INTERNAL_PORT'],
        env['CALLBACK_URL'],
      ]),
    ).toEqual([
      ['frontend', 'http://127.0.0.1:9000', '/var/store/frontend', 'frontend-1', '9001', 'http://127.0.0.1:9001'],
      ['frontend-2', 'http://127.0.0.1:9003', '/var/store/frontend-2', 'frontend-2', '9004', 'http://127.0.0.1:9004'],
      ['frontend-3', 'http://127.0.0.1:9005', '/var/store/frontend-3', 'frontend-3', '9006', 'http://127.0.0.1:9006'],
    ]);
  });

  it('adds the given environment to every process', () => {
    expect(topology.every(({ env }) => env['LOG_LEVEL'] === 'warn')).toBe(true);
  });
});

describe('portBlock', () => {
  it.each([0, -1, 1.5, 65_523, Number.NaN])('refuses base port %p', (basePort) => {
    expect(() => portBlock(basePort)).toThrow(/--port must be a whole number from 1 to 65522/);
  });

  it.each([0, 6, 1.5])('refuses %p frontends', (frontends) => {
    expect(() => portBlock(9000, { frontends })).toThrow(/--frontends must be a whole number from 1 to 5/);
  });

  it('keeps all ports of the largest store apart', () => {
    const owned = portOwners(portBlock(9000, { frontends: 5 })).map(({ port }) => port);

    expect(new Set(owned).size).toBe(14);
  });

  it('takes the highest base port that leaves room for the block', () => {
    expect(portBlock(65_522).orders[2]).toBe(65_535);
  });
});
