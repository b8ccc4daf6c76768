import { describe, expect, it } from '@jest/globals';
import type { ProcessState } from '../supervision/process-state.js';
import type { ServiceStanding } from '../supervision/supervisor.js';
import { storeTopology } from '../topology/store-topology.js';
import { reportStatus, unobserved, type Observation } from './status-report.js';

const topology = storeTopology({ basePort: 8080, dataDir: '/d', repoRoot: '/r' });

function service(
  name: string,
  over: { state?: ProcessState; role?: string; term?: number } = {},
): { standing: ServiceStanding; observation: Observation } {
  const spec = topology.find((candidate) => candidate.name === name);
  if (spec === undefined) throw new Error(`no ${name} in the topology`);
  const { state = 'running', role = null, term = null } = over;
  return {
    standing: { name, state, pid: state === 'dead' ? null : 4711, spec },
    observation: { ...unobserved, role, term },
  };
}

describe('reportStatus', () => {
  it('names the leading replica and gives every process a row', () => {
    const report = reportStatus([
      service('catalog'),
      service('order-1', { role: 'follower', term: 3 }),
      service('order-3', { role: 'leader', term: 3 }),
      service('frontend'),
    ]);

    expect(report.leader).toBe('order-3');
    expect(report.services.map(({ name, kind, url }) => [name, kind, url])).toEqual([
      ['catalog', 'catalog', 'http://127.0.0.1:8082'],
      ['order-1', 'order', 'http://127.0.0.1:8091'],
      ['order-3', 'order', 'http://127.0.0.1:8093'],
      ['frontend', 'frontend', 'http://127.0.0.1:8080'],
    ]);
  });

  it('believes the higher term when a deposed leader still says that it leads', () => {
    const report = reportStatus([
      service('order-3', { role: 'leader', term: 3 }),
      service('order-2', { role: 'leader', term: 4 }),
    ]);

    expect(report.leader).toBe('order-2');
  });

  it.each<ProcessState>(['paused', 'dead'])('takes no %s process for the leader', (state) => {
    expect(reportStatus([service('order-3', { state, role: 'leader', term: 9 })]).leader).toBeNull();
  });

  it('never takes the catalog, which leads its own group, for the leader', () => {
    expect(reportStatus([service('catalog', { role: 'leader', term: 9 })]).leader).toBeNull();
  });
});
