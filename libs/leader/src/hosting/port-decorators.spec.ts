import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { PortDecorators } from '../group/group-options.js';
import { FaultyFileOps } from '../log-store/testing/faulty-file-ops.js';
import { HostedGroup } from './hosted-group.js';

let folder: string;
let group: HostedGroup | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'decorators-'));
});

afterEach(async () => {
  await group?.stop();
  group = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function start(decorate: PortDecorators): Promise<HostedGroup> {
  const member = { id: 'a', url: 'http://127.0.0.1:1', priority: 1 };
  group = new HostedGroup({ name: 'g', nodeId: 'a', members: [member], dataDir: folder, auth: 'none', decorate });
  const stateMachine = { apply: () => null, snapshot: () => null, restore: () => undefined };
  await group.start({
    stateMachine,
    hooks: { elected: () => Promise.resolve(), deposed: () => Promise.resolve() },
    observer: {},
    onFatal: (error) => {
      throw error;
    },
  });
  return group;
}

describe('decorated ports', () => {
  it('are what the group works with', async () => {
    let disk: FaultyFileOps | undefined;
    const used: string[] = [];
    const decorate: PortDecorators = {
      files: (real) => (disk = new FaultyFileOps(real)),
      store: (real) => ({
        open: () => real.open(),
        identify: () => real.identify(),
        append: (batch) => {
          used.push('append');
          return real.append(batch);
        },
        close: () => real.close(),
      }),
      transport: (real) => ({
        open: (receiver) => {
          used.push('open');
          real.open(receiver);
        },
        send: (envelope) => real.send(envelope),
        close: () => real.close(),
      }),
    };

    const started = await start(decorate);
    await started.stop();

    expect(disk?.count('syncData')).toBeGreaterThan(0);
    expect(used).toEqual(expect.arrayContaining(['open', 'append']));
  });
});
