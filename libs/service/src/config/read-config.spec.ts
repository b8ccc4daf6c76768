import { describe, expect, it } from '@jest/globals';

import { commonFields } from './common-fields.js';
import { ConfigError } from './config-error.js';
import { baseUrl, durationMs, flag, identifier, integer, members, oneOf, optionalSecret, port, text } from './field.js';
import { readConfig } from './read-config.js';

const problemsOf = (read: () => unknown): string[] => {
  try {
    read();
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(({ variable, given, wanted }) => `${variable}=${given}: ${wanted}`);
    throw error;
  }
  return [];
};

describe('readConfig', () => {
  const schema = {
    nodeId: identifier('NODE_ID', { default: 'order-1' }),
    port: port('PORT', { default: 8091 }),
    leaseMs: durationMs('LEASE_MS', { minMs: 100, maxMs: 60_000, default: 2000 }),
    capacity: integer('CACHE_CAPACITY', { min: 1, max: 1000, default: 7 }),
    catalog: baseUrl('CATALOG_URL'),
    level: oneOf('LOG_LEVEL', ['info', 'warn'], { default: 'info' }),
    strict: flag('STRICT', { default: false }),
    secret: optionalSecret('CLUSTER_SECRET'),
    note: text('NOTE', { default: '-' }),
  };
  const env = { CATALOG_URL: 'http://127.0.0.1:8082' };

  it('fills in defaults and freezes the result', () => {
    const config = readConfig(schema, env);

    expect(config).toEqual({
      nodeId: 'order-1',
      port: 8091,
      leaseMs: 2000,
      capacity: 7,
      catalog: 'http://127.0.0.1:8082',
      level: 'info',
      strict: false,
      secret: undefined,
      note: '-',
    });
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig(schema, { ...env, PORT: '' }).port).toBe(8091);
  });

  it('lists every problem at once, with the variable, the value and what is legal', () => {
    const read = () =>
      readConfig(schema, {
        PORT: '70000',
        LEASE_MS: '2 weeks',
        CACHE_CAPACITY: '0',
        LOG_LEVEL: 'loud',
        NODE_ID: '../x',
      });

    expect(problemsOf(read)).toEqual([
      "NODE_ID=../x: 1 to 64 letters, digits, '.', '_' or '-', starting with a letter or digit",
      'PORT=70000: a whole number from 0 to 65535',
      'LEASE_MS=2 weeks: a duration of 100 to 60000 ms, such as 100 or 2s',
      'CACHE_CAPACITY=0: a whole number from 1 to 1000',
      'CATALOG_URL=undefined: a URL like http://127.0.0.1:8082, without a path',
      'LOG_LEVEL=loud: one of info, warn',
    ]);
    expect(read).toThrow(/6 problems.*nothing was started.*CATALOG_URL is not set/s);
  });

  it('never shows a secret', () => {
    expect(problemsOf(() => readConfig(schema, { ...env, CLUSTER_SECRET: 'hunter2' }))).toEqual([
      'CLUSTER_SECRET=(hidden): a secret of at least 32 characters',
    ]);
  });

  it('prints hostile values on one line', () => {
    const [problem] = problemsOf(() => readConfig(schema, { ...env, PORT: `1\n2${'x'.repeat(500)}` }));

    expect(problem).toMatch(/^PORT=1\\n2x{117}…: /);
  });

  it.each([
    ['500', 500],
    ['500ms', 500],
    ['2s', 2000],
    ['1m', 60_000],
  ])('reads the duration %s', (raw, ms) => {
    expect(readConfig(schema, { ...env, LEASE_MS: raw }).leaseMs).toBe(ms);
  });

  it.each(['1e3', '0x10', ' 1', '1.0', '+1', '--1', 'NaN', '١'])('takes %j for no number', (raw) => {
    expect(problemsOf(() => readConfig(schema, { ...env, PORT: raw }))).toHaveLength(1);
  });

  it.each(['127.0.0.1:8082', 'http://x/path', 'http://x?y', 'ftp://x', 'http://user@x', 'http://'])(
    'takes %j for no base URL',
    (raw) => {
      expect(problemsOf(() => readConfig(schema, { CATALOG_URL: raw }))).toHaveLength(1);
    },
  );

  it('lets flags win over variables', () => {
    const config = readConfig(schema, { ...env, PORT: '1' }, ['--port', '9000', '--lease-ms=3s', '--strict=true']);

    expect(config).toMatchObject({ port: 9000, leaseMs: 3000, strict: true });
  });

  it('reports a flag that no setting has', () => {
    expect(problemsOf(() => readConfig(schema, env, ['--prot', '9000']))[0]).toMatch(
      /^argument=--prot: one of the flags --node-id, --port/,
    );
  });
});

describe('members', () => {
  const schema = { members: members('MEMBERS') };

  it('reads ids, urls and priorities', () => {
    const MEMBERS = 'order-1=http://127.0.0.1:8091;1, order-2=http://127.0.0.1:8092;2';

    expect(readConfig(schema, { MEMBERS }).members).toEqual([
      { id: 'order-1', url: 'http://127.0.0.1:8091', priority: 1 },
      { id: 'order-2', url: 'http://127.0.0.1:8092', priority: 2 },
    ]);
  });

  it.each([
    'order-1',
    'order-1=http://x',
    'order-1=http://x;high',
    'order-1=x;1',
    'order-1=http://x;1,',
    'order-1=http://x;1,order-1=http://y;2',
    'order-1=http://x;1,order-2=http://x;2',
    Array.from({ length: 10 }, (_, n) => `o${n}=http://x${n};1`).join(),
  ])('refuses %j', (MEMBERS) => {
    expect(problemsOf(() => readConfig(schema, { MEMBERS }))).toHaveLength(1);
  });
});

describe('commonFields', () => {
  it('needs only a data folder', () => {
    const fields = commonFields({ nodeId: 'catalog', port: 8082 });

    expect(readConfig(fields, { DATA_DIR: 'data/var/catalog' })).toEqual({
      nodeId: 'catalog',
      host: '127.0.0.1',
      port: 8082,
      dataDir: 'data/var/catalog',
      clusterSecret: undefined,
      clusterSecretFile: undefined,
      logLevel: 'info',
    });
    expect(problemsOf(() => readConfig(fields, {}))).toEqual(['DATA_DIR=undefined: the path of a folder']);
  });
});
