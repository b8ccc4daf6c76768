import type { CacheView, ClusterView, MemberView } from '@toystore/contracts';

/** An order replica that follows `order-3` and has everything. */
export function member(over: Partial<MemberView> = {}): MemberView {
  return {
    id: 'order-1',
    priority: 1,
    kind: 'voter',
    answer: 'status',
    role: 'follower',
    term: 4,
    leader: 'order-3',
    lastLogIndex: 20,
    commitIndex: 20,
    appliedIndex: 20,
    isDiskFull: false,
    ...over,
  };
}

/** What is known of a member that says nothing. */
export function mute(id: string, answer: 'gone' | 'silent'): MemberView {
  const nothing = { role: null, term: null, leader: null, lastLogIndex: null, commitIndex: null, appliedIndex: null };
  return member({ id, answer, ...nothing });
}

export function cache(over: Partial<CacheView> = {}): CacheView {
  return {
    capacity: 7,
    isLeaseInForce: true,
    leaseRemainingMs: 1640,
    epoch: 3,
    entryCount: 0,
    entries: [],
    hits: 0,
    misses: 0,
    joined: 0,
    passed: 0,
    invalidations: 0,
    evictions: 0,
    staleFillsPrevented: 0,
    ...over,
  };
}

/** Three replicas under `order-3`, all well. */
export function view(over: Partial<ClusterView> = {}): ClusterView {
  return {
    frontend: 'frontend-1',
    leader: { id: 'order-3', term: 4 },
    replicas: [
      member(),
      member({ id: 'order-2', priority: 2 }),
      member({ id: 'order-3', priority: 3, role: 'leader' }),
    ],
    catalog: [member({ id: 'catalog', role: 'leader', leader: 'catalog' })],
    cache: cache(),
    ...over,
  };
}

/** The same view with one replica as given. */
export function withReplica(changed: MemberView, over: Partial<ClusterView> = {}): ClusterView {
  const whole = view(over);
  return { ...whole, replicas: whole.replicas.map((replica) => (replica.id === changed.id ? changed : replica)) };
}
