import { describe, expect, it } from '@jest/globals';
import { faultKinds, killPoints, type Fault } from '@toystore/contracts';
import { MemoryTransport, type PeerAnswer } from '@toystore/contracts/testing';
import { labProgram } from '../cli/program.js';
import { ServicePeers } from '../observation/service-peers.js';
import type { ProcessState } from '../supervision/process-state.js';
import type { ServiceStanding } from '../supervision/supervisor.js';
import { storeTopology } from '../topology/store-topology.js';
import { parseFaultWish, wishFault, type FaultWish } from './process-faults.js';

const report = {
  armed: [],
  passages: [{ point: 'before-send', count: 2 }],
  blocks: 0,
  refusedWrites: 0,
  failedSyncs: 0,
  delayedSyncs: 0,
  unsyncedBytes: 0,
};
const specs = storeTopology({ basePort: 8080, dataDir: '/tmp', repoRoot: '/tmp' });

async function wish(
  wanted: FaultWish,
  {
    name = 'order-2',
    state = 'running',
    answer = { kind: 'answer', status: 200, json: report },
  }: { name?: string; state?: ProcessState; answer?: PeerAnswer } = {},
) {
  const spec = specs.find((each) => each.name === name);
  if (spec === undefined) throw new TypeError(name);
  const transport = new MemoryTransport(() => answer, name);
  const standing: ServiceStanding = { name, pid: 4711, state, spec };
  const asked = wishFault(standing, new ServicePeers(specs, () => transport).peer(name), wanted);
  const settled = await asked.catch((error: unknown) => error);
  return {
    settled,
    calls: transport.calls.map(({ method, path, body }) => `${method} ${path} ${body.toString()}`.trim()),
  };
}

describe('what a process is told to suffer', () => {
  it.each<[FaultWish, string]>([
    [{ kind: 'show' }, 'GET /faults'],
    [{ kind: 'clear' }, 'DELETE /faults'],
    [{ kind: 'kill', at: 'before-reply', hit: 2 }, 'POST /faults {"kind":"kill","at":"before-reply","hit":2}'],
  ])('%j goes to the process itself, and its report comes back with its name', async (wanted, call) => {
    const { settled, calls } = await wish(wanted);

    expect(calls).toEqual([call]);
    expect(settled).toEqual({ name: 'order-2', pid: 4711, faults: report });
  });

  it.each<[string, Parameters<typeof wish>[1], string, RegExp]>([
    ['a frontend', { name: 'frontend' }, 'invalid-command', /frontend keeps nothing/],
    ['a dead process', { state: 'dead' }, 'already-dead', /lab -- start order-2/],
    ['a paused process', { state: 'paused' }, 'already-paused', /lab -- resume order-2/],
    [
      'a process without fault injection',
      { answer: { kind: 'answer', status: 404, json: {} } },
      'not-available',
      /npm start -- --faults/,
    ],
    [
      'a process that refuses it',
      {
        answer: {
          kind: 'answer',
          status: 400,
          headers: { 'content-type': 'application/problem+json' },
          json: { detail: 'It has no points.' },
        },
      },
      'invalid-command',
      /It has no points\./,
    ],
    ['a process that does not answer', { answer: { kind: 'stay_silent' } }, 'no-answer', /order-2 did not answer/],
  ])('is refused by the lab for %s', async (_whom, how, code, message) => {
    const { settled } = await wish({ kind: 'sync-error' }, how);

    expect(settled).toMatchObject({ name: 'LabError', code, message: expect.stringMatching(message) });
  });
});

describe('parseFaultWish', () => {
  it.each<[Record<string, unknown>, FaultWish]>([
    [{ kind: 'show' }, { kind: 'show' }],
    [{ kind: 'kill', at: 'after-reply' }, { kind: 'kill', at: 'after-reply', hit: 1 } satisfies Fault],
    [{ kind: 'disk-full', bytes: 10 }, { kind: 'disk-full', bytes: 10 } satisfies Fault],
  ])('reads %j', (order, wanted) => {
    expect(parseFaultWish(order)).toEqual(wanted);
  });

  it.each<[Record<string, unknown>, RegExp]>([
    [{ kind: 'explode' }, /kind must be one of.*disk-full/],
    [{ kind: 'kill' }, /needs the point/],
    [{ kind: 'kill', at: 'before-dinner' }, /at must be one of/],
    [{ kind: 'block', ms: 0 }, /ms must be/],
  ])('refuses %j and says why', (order, why) => {
    expect(() => parseFaultWish(order)).toThrow(
      expect.objectContaining({ code: 'invalid-command', message: expect.stringMatching(why) }),
    );
  });
});

describe('lab fault', () => {
  async function run(...args: string[]) {
    const sent: unknown[] = [];
    const out: string[] = [];
    const program = labProgram({
      send: (_dataDir, command) => {
        sent.push(JSON.parse(JSON.stringify(command)));
        return Promise.resolve({
          name: 'order-3',
          pid: 4711,
          faults: { ...report, armed: [{ kind: 'slow-sync', ms: 50 }], delayedSyncs: 3 },
        });
      },
      up: () => Promise.resolve(),
      stdout: (text) => out.push(text),
      stderr: () => undefined,
      exitCode: () => undefined,
    });
    await program.parseAsync(['node', 'lab', 'fault', ...args]);
    return { sent, out };
  }

  it('sends what is given and nothing else', async () => {
    const { sent, out } = await run('leader', 'kill', '--at', 'before-send', '--hit', '2', '--json');

    expect(sent).toEqual([{ kind: 'fault', name: 'leader', order: { kind: 'kill', at: 'before-send', hit: 2 } }]);
    expect(JSON.parse(out.join())).toMatchObject({ name: 'order-3', pid: 4711, faults: { delayedSyncs: 3 } });
  });

  it('shows a person what is armed, what it has done, and how to end it', async () => {
    const { sent, out } = await run('leader');

    expect(sent).toEqual([{ kind: 'fault', name: 'leader', order: { kind: 'show' } }]);
    expect(out.join()).toMatch(
      /armed:\n {2}slow-sync 50\n.*2 × before-send, 3 syncs were slower\n.*fault order-3 clear/,
    );
  });

  it('names every kind and every point in its help', () => {
    let help = '';
    const program = labProgram({
      send: () => Promise.resolve({}),
      up: () => Promise.resolve(),
      stdout: () => undefined,
      stderr: () => undefined,
      exitCode: () => undefined,
    });
    const command = program.commands.find((each) => each.name() === 'fault');
    command?.configureOutput({ writeOut: (text) => (help += text) });
    command?.outputHelp();

    for (const word of [...faultKinds, ...killPoints]) expect(help).toContain(word);
  });
});
