import type { CatalogAudit, OrderAudit, OrderView } from '@toystore/contracts';
import { messageOf } from '../lab-error.js';
import type { ServicePeer } from '../observation/service-peers.js';
import { isUnchanged, whyNotAtRest } from './at-rest.js';
import type { StoreSnapshot } from './store-snapshot.js';

const deadlineMs = 5_000;

/** The running processes that hold the store's state. */
export interface StoreMembers {
  readonly catalog: ServicePeer | undefined;
  readonly replicas: readonly ServicePeer[];
}

/** Reads what every process holds and tells whether the store was at rest all the while. Never rejects for a process that does not answer. */
export async function takeSnapshot(members: StoreMembers): Promise<StoreSnapshot> {
  const reasons: string[] = [];
  const ask = async <T>(name: string, question: () => Promise<T>): Promise<readonly T[]> => {
    try {
      return [await question()];
    } catch (error) {
      reasons.push(`${name} does not answer: ${messageOf(error)}`);
      return [];
    }
  };
  const askReplicas = async <T>(question: (peer: ServicePeer) => Promise<T>): Promise<readonly T[]> =>
    (await Promise.all(members.replicas.map((peer) => ask(peer.spec.name, () => question(peer))))).flat();

  const audits = await askReplicas(auditReplica);
  reasons.push(...whyNotAtRest(audits));
  const { catalog: catalogPeer } = members;
  if (catalogPeer === undefined) reasons.push('the catalog is not running');
  const [catalog] = catalogPeer === undefined ? [] : await ask('the catalog', () => auditCatalog(catalogPeer));
  if (reasons.length > 0 || catalog === undefined) return { kind: 'at-work', reasons, catalog, audits };

  const replicas = await askReplicas(async (peer) => ({
    audit: await auditReplica(peer),
    orders: await listOrders(peer),
  }));
  const after = await askReplicas(auditReplica);
  if (reasons.length === 0 && !isUnchanged(audits, after))
    reasons.push('orders were placed while they were being read');
  return reasons.length === 0
    ? { kind: 'at-rest', catalog, replicas }
    : { kind: 'at-work', reasons, catalog, audits: after };
}

async function auditReplica({ orders }: ServicePeer): Promise<OrderAudit> {
  const answer = await orders.audit({ deadlineMs });
  if (answer.kind === 'audit') return answer.audit;
  throw new Error(answer.detail);
}

async function auditCatalog({ catalog }: ServicePeer): Promise<CatalogAudit> {
  const answer = await catalog.audit({ deadlineMs });
  if (answer.kind === 'audit') return answer.audit;
  throw new Error(answer.detail);
}

/** Every order of one replica, page by page. */
async function listOrders({ orders }: ServicePeer): Promise<readonly OrderView[]> {
  const all: OrderView[] = [];
  for (;;) {
    const answer = await orders.ordersAfter(all.at(-1)?.number ?? -1, { deadlineMs });
    if (answer.kind !== 'page')
      throw new Error(answer.kind === 'unavailable' ? answer.detail : 'it lists orders only while it leads');
    for (const order of answer.page.orders) all.push(order);
    if (!answer.page.more || answer.page.orders.length === 0) return all;
  }
}
