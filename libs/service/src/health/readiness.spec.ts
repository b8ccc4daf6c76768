import { describe, expect, it } from '@jest/globals';

import { Readiness } from './readiness.js';

describe('Readiness', () => {
  it('is ready without checks', async () => {
    expect(await new Readiness().report()).toEqual({ ready: true, checks: {} });
  });

  it('is ready when every check is, and names those that are not', async () => {
    const readiness = new Readiness();
    readiness.register('log', () => ({ ready: true }));
    readiness.register('catalog', async () => ({ ready: false, reason: 'no connection' }));
    readiness.register('disk', () => {
      throw new Error('EIO');
    });

    expect(await readiness.report()).toEqual({
      ready: false,
      checks: { log: 'ready', catalog: 'no connection', disk: 'EIO' },
    });
  });

  it('replaces a check of the same name', async () => {
    const readiness = new Readiness();
    readiness.register('log', () => ({ ready: false, reason: 'old' }));
    readiness.register('log', () => ({ ready: true }));

    expect((await readiness.report()).ready).toBe(true);
  });

  it('is not ready any more once it shuts down', async () => {
    const readiness = new Readiness();
    readiness.register('log', () => ({ ready: true }));

    readiness.drain();

    expect(await readiness.report()).toEqual({
      ready: false,
      checks: { shutdown: 'the process is shutting down', log: 'ready' },
    });
  });
});
