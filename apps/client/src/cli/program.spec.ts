import { describe, expect, it } from '@jest/globals';
import { clientProgram, type ClientArguments } from './program.js';

async function parse(...args: string[]): Promise<ClientArguments | undefined> {
  let parsed: ClientArguments | undefined;
  const program = clientProgram((options) => {
    parsed = options;
    return Promise.resolve();
  });
  await program.configureOutput({ writeErr: () => undefined }).parseAsync(['node', 'client', ...args]);
  return parsed;
}

describe('client command line', () => {
  it('runs five clients with twenty requests each against the local store by default', async () => {
    expect(await parse()).toMatchObject({ clients: 5, requests: 20, prob: [0.2], url: ['http://127.0.0.1:8080'] });
  });

  it('leaves it to the caller where files go, unless they are named or not wanted', async () => {
    expect((await parse())?.out).toBeUndefined();
    expect((await parse('--out', 'dir'))?.out).toBe('dir');
    expect((await parse('--no-out'))?.out).toBe(false);
  });

  it('reads every option', async () => {
    expect(
      await parse(
        '--clients',
        '2',
        '--requests',
        '9',
        '--prob',
        '0..1:0.5',
        '--url',
        'http://localhost:9000/',
        '--seed',
        '7',
        '--out',
        'dir',
        '--json',
      ),
    ).toEqual({
      clients: 2,
      requests: 9,
      prob: [0, 0.5, 1],
      url: ['http://localhost:9000'],
      seed: 7,
      out: 'dir',
      json: true,
    });
  });

  it('takes the addresses of several frontends', async () => {
    expect(await parse('--url', 'http://127.0.0.1:8080,http://127.0.0.1:8083/')).toMatchObject({
      url: ['http://127.0.0.1:8080', 'http://127.0.0.1:8083'],
    });
  });

  it.each([
    ['--clients', '0'],
    ['--clients', 'five'],
    ['--requests', '-1'],
    ['--prob', '1.5'],
    ['--url', 'localhost'],
    ['--url', 'http://127.0.0.1:8080,'],
    ['--url', 'http://127.0.0.1:8080/products'],
    ['--seed', '4294967296'],
    ['--colour', 'red'],
  ])('refuses %s %s', async (...args) => {
    await expect(parse(...args)).rejects.toMatchObject({ name: 'CommanderError' });
  });
});
