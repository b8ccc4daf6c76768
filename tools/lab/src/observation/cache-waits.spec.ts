import { describe, expect, it } from '@jest/globals';
import { CatalogClient, OrderClient } from '@toystore/contracts';
import { MemoryTransport, type MemoryPeer } from '@toystore/contracts/testing';
import type { ProcessState } from '../supervision/process-state.js';
import type { ServiceStanding } from '../supervision/supervisor.js';
import { storeTopology } from '../topology/store-topology.js';
import { cacheWaitsOf } from './cache-waits.js';

const metrics = [
  '# HELP cache_publisher_ack_wait_seconds_max The longest of these waits since the start',
  '# TYPE cache_publisher_ack_wait_seconds_max gauge',
  'cache_publisher_ack_wait_seconds_bucket{le="5"} 12',
  'cache_publisher_ack_wait_seconds_count 12',
  'cache_publisher_ack_wait_seconds_max 5.125',
  'cache_publisher_ack_wait_running_seconds_max 2.25',
  'cache_publisher_ack_wait_running_seconds_total 2.5',
];

function catalog(state: ProcessState, answer: MemoryPeer) {
  const spec = storeTopology({ basePort: 8080, dataDir: '/d', repoRoot: '/r' })[0];
  const transport = new MemoryTransport(answer, 'catalog');
  const clients = { orders: new OrderClient(transport), catalog: new CatalogClient(transport) };
  const peer = { spec, transport, internal: transport, ...clients } as Parameters<typeof cacheWaitsOf>[1];
  return [{ name: 'catalog', pid: state === 'dead' ? null : 4711, state, spec } as ServiceStanding, peer] as const;
}

const answering =
  (lines: readonly string[]): MemoryPeer =>
  () => ({ kind: 'answer', status: 200, body: Buffer.from(lines.join('\n')) });

describe('cacheWaitsOf', () => {
  it('reads how long sales waited from the metrics of the catalog', async () => {
    expect(await cacheWaitsOf(...catalog('running', answering(metrics)))).toEqual({
      pid: 4711,
      waits: 12,
      longestMs: 5_125,
      longestRunningMs: 2_250,
      totalRunningMs: 2_500,
    });
  });

  it.each<[string, ProcessState, MemoryPeer]>([
    ['is dead', 'dead', answering(metrics)],
    ['is paused', 'paused', answering(metrics)],
    ['does not answer', 'running', () => ({ kind: 'stay_silent' })],
    ['refuses', 'running', () => ({ kind: 'answer', status: 503, json: {} })],
  ])('knows nothing of a catalog that %s', async (_, state, answer) => {
    expect(await cacheWaitsOf(...catalog(state, answer))).toBeUndefined();
  });

  it('does not take a catalog that does not count its waits for one without waits', async () => {
    const without = catalog('running', answering(metrics.slice(0, -1)));

    await expect(cacheWaitsOf(...without)).rejects.toThrow('no number cache_publisher_ack_wait_running_seconds_total');
  });
});
