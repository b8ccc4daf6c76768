import { describe, expect, it } from '@jest/globals';
import { Registry } from 'prom-client';
import { HostedGroup } from '../hosting/hosted-group.js';
import { MemoryLogStore } from '../log-store/memory-log-store.js';
import { InMemoryNetwork } from '../testing/in-memory-network.js';
import { ManualClock } from '../testing/manual-clock.js';
import { LeaderMetrics } from './leader-metrics.js';

async function startGroup(name: string, registry: Registry) {
  const clock = new ManualClock(1000);
  const metrics = new LeaderMetrics(registry);
  const group = new HostedGroup({
    name,
    nodeId: 'a',
    members: [{ id: 'a', url: 'http://a.invalid', priority: 1 }],
    dataDir: 'memory',
    auth: 'none',
    clock,
    logStore: new MemoryLogStore(),
    transport: new InMemoryNetwork(clock).transport('a'),
  });
  metrics.watch(group);
  const stateMachine = { apply: () => 1, snapshot: () => 0, restore: () => undefined };
  await group.start({
    stateMachine,
    hooks: { elected: async () => undefined, deposed: async () => undefined },
    observer: metrics.observer(group),
    onFatal: (error) => {
      throw error;
    },
  });
  group.replica?.openOffice();
  await clock.until(() => group.election.state().inOffice, 'office');
  return { clock, group };
}

describe('LeaderMetrics', () => {
  it('shows role, term and what became of proposals', async () => {
    const registry = new Registry();
    const { clock, group } = await startGroup('orders', registry);

    const proposals = [group.log.propose(1, { key: 'k' }), group.log.propose(2)];
    await clock.until(() => group.log.appliedIndex >= 3, 'both to be applied');
    await Promise.all(proposals);
    await group.log.propose(1, { key: 'k' });
    const text = await registry.metrics();

    expect(text).toContain('leader_role{group="orders",node="a"} 1');
    expect(text).toContain('leader_in_office{group="orders",node="a"} 1');
    expect(text).toContain('leader_term{group="orders",node="a"} 1');
    expect(text).toContain('leader_applied_index{group="orders",node="a"} 3');
    expect(text).toContain('leader_backlog_bytes{group="orders",node="a"} 0');
    expect(text).toContain('leader_proposals_total{group="orders",node="a",outcome="committed"} 2');
    expect(text).toContain('leader_elections_total{group="orders",node="a"} 1');
    await group.stop();
  });

  it('lets several applications of one process share a registry', async () => {
    const registry = new Registry();
    const first = await startGroup('orders', registry);
    const second = await startGroup('stock', registry);

    const text = await registry.metrics();

    expect(text).toContain('leader_role{group="orders",node="a"} 1');
    expect(text).toContain('leader_role{group="stock",node="a"} 1');
    await first.group.stop();
    await second.group.stop();
  });
});
