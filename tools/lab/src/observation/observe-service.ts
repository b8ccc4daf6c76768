import { publicRoutes } from '@toystore/contracts';
import { messageOf } from '../lab-error.js';
import type { Readiness } from '../supervision/readiness.js';
import type { ServicePeer } from './service-peers.js';
import { unobserved, type Observation } from './status-report.js';

const deadlineMs = 2_000;
/** Longer than the two seconds that a readiness check may take inside the process. */
const readinessDeadlineMs = 5_000;

/** What the process says about itself now; unobserved when it does not answer in time. Never rejects. */
export async function observeService(peer: ServicePeer): Promise<Observation> {
  try {
    switch (peer.spec.kind) {
      case 'order':
        return await observeReplica(peer);
      case 'catalog':
        return await observeCatalog(peer);
      case 'frontend':
        return unobserved;
    }
  } catch (error) {
    // A process that does not answer is a finding, not a failure: its row stays empty.
    if (error instanceof Error) return unobserved;
    throw error;
  }
}

/** One look at `GET /health/ready`; the reason is the process's own problem detail where it gives one. */
export async function probeReadiness({ transport }: ServicePeer): Promise<Readiness> {
  try {
    const { status, body } = await transport.request({
      method: 'GET',
      path: publicRoutes.ready,
      deadlineMs: readinessDeadlineMs,
    });
    if (status === 200) return { ready: true };
    return {
      ready: false,
      reason: `GET ${publicRoutes.ready} was answered with ${status} ${body.toString('utf8').slice(0, 500)}`,
    };
  } catch (error) {
    return { ready: false, reason: messageOf(error) };
  }
}

async function observeReplica(peer: ServicePeer): Promise<Observation> {
  const answer = await peer.orders.audit({ deadlineMs });
  if (answer.kind !== 'audit') return { ...unobserved, ...(await leaderStatus(peer)) };
  const { role, term, lastLogIndex, commitIndex, appliedIndex, orders, hash } = answer.audit;
  return { role, term, lastLogIndex, commitIndex, appliedIndex, orders, hash };
}

async function observeCatalog(peer: ServicePeer): Promise<Observation> {
  // It leads its own group of one; in the store's status only order replicas have a role.
  return { ...unobserved, ...(await leaderStatus(peer)), role: null };
}

async function leaderStatus({ transport }: ServicePeer): Promise<Partial<Observation>> {
  const { status, body } = await transport.request({ method: 'GET', path: '/leader/status', deadlineMs });
  if (status !== 200) return {};
  const said = JSON.parse(body.toString('utf8')) as Record<string, unknown>;
  const number = (name: string): number | null => (typeof said[name] === 'number' ? said[name] : null);
  const text = (name: string): string | null => (typeof said[name] === 'string' ? said[name] : null);
  return {
    role: text('role'),
    term: number('term'),
    lastLogIndex: number('lastLogIndex'),
    commitIndex: number('commitIndex'),
    appliedIndex: number('appliedIndex'),
    hash: text('digest'),
  };
}
