import { describe, expect, it } from '@jest/globals';
import { CatalogClient, OrderClient } from '@toystore/contracts';
import { MemoryTransport, type MemoryPeer } from '@toystore/contracts/testing';
import type { ProcessState } from '../supervision/process-state.js';
import type { ServiceStanding } from '../supervision/supervisor.js';
import { storeTopology } from '../topology/store-topology.js';
import { explainAt, requireProductName } from './explain-product.js';
import type { ServicePeer } from './service-peers.js';

const spec = storeTopology({ basePort: 8080, frontends: 2, dataDir: '/d', repoRoot: '/r' }).at(-1);
if (spec === undefined) throw new Error('The topology is empty.');

function frontend(state: ProcessState, answer: MemoryPeer): { standing: ServiceStanding; peer: ServicePeer } {
  if (spec === undefined) throw new Error('The topology is empty.');
  const internal = new MemoryTransport(answer, spec.name);
  const transport = new MemoryTransport(() => ({ kind: 'stay_silent' }), 'the public port');
  const peer = { spec, transport, internal, orders: new OrderClient(transport), catalog: new CatalogClient(transport) };
  return { standing: { name: spec.name, pid: 1, state, spec } as ServiceStanding, peer };
}

const held = {
  key: 'products/toy car',
  held: 'value',
  version: { epoch: 3, sequence: 41 },
  ageMs: 1200.4,
  leaseRemainingMs: 1700.2,
  wouldServe: 'hit',
  because: 'The entry is fresh.',
  pastRequests: [
    { outcome: 'hit', reason: 'fresh', because: 'It was fresh.', count: 12, lastAgoMs: 40.6 },
    { outcome: 'bypass', reason: 'no-lease', because: 'No lease was in force.', count: 1, lastAgoMs: 9_000 },
  ],
};

describe('explainAt', () => {
  it('asks the internal listener about the product and says what it answers', async () => {
    const paths: string[] = [];
    const { standing, peer } = frontend('running', ({ path }) => {
      paths.push(path);
      return { kind: 'answer', status: 200, json: held };
    });

    expect(await explainAt(standing, peer, 'toy car')).toEqual({
      name: 'frontend-2',
      kind: 'explained',
      wouldServe: 'hit',
      version: '3.41',
      ageMs: 1200,
      leaseRemainingMs: 1700,
      because: 'The entry is fresh.',
      pastRequests: [
        { outcome: 'hit', because: 'It was fresh.', count: 12, lastAgoMs: 41 },
        { outcome: 'bypass', because: 'No lease was in force.', count: 1, lastAgoMs: 9_000 },
      ],
    });
    expect(paths).toEqual(['/cache/explain/products/toy%20car']);
  });

  it('has neither version nor age of what is not held', async () => {
    const nothing = { wouldServe: 'pass', leaseRemainingMs: 0, because: 'The lease ran out.' };
    const { standing, peer } = frontend('running', () => ({ kind: 'answer', status: 200, json: nothing }));

    expect(await explainAt(standing, peer, 'tux')).toMatchObject({
      version: null,
      ageMs: null,
      wouldServe: 'pass',
      pastRequests: [],
    });
  });

  it.each<[string, ProcessState, MemoryPeer, RegExp]>([
    ['is paused', 'paused', () => ({ kind: 'answer', status: 200, json: held }), /it is paused/],
    ['does not answer', 'running', () => ({ kind: 'stay_silent' }), /./],
    ['refuses', 'running', () => ({ kind: 'answer', status: 401, json: {} }), /answered 401/],
  ])('says why there is nothing to say of a frontend that %s', async (_, state, answer, why) => {
    const { standing, peer } = frontend(state, answer);

    expect(await explainAt(standing, peer, 'tux')).toMatchObject({ kind: 'silent', why: expect.stringMatching(why) });
  });
});

describe('requireProductName', () => {
  it('takes what can be a product and refuses what cannot', () => {
    expect(requireProductName('toy car')).toBe('toy car');
    expect(() => requireProductName('../orders')).toThrow(expect.objectContaining({ code: 'invalid-command' }));
  });
});
