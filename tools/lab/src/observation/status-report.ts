import type { Cut } from '../network/link-table.js';
import type { ProcessState } from '../supervision/process-state.js';
import type { ServiceStanding } from '../supervision/supervisor.js';
import type { ServiceKind } from '../topology/store-topology.js';

/** What a process says about itself; null where it has no such thing. */
export interface Observation {
  readonly role: string | null;
  readonly term: number | null;
  readonly lastLogIndex: number | null;
  readonly commitIndex: number | null;
  readonly appliedIndex: number | null;
  readonly orders: number | null;
  readonly hash: string | null;
}

/** One row of `status`. Every observed field is null for a process that does not answer. */
export interface ServiceStatus extends Observation {
  readonly name: string;
  readonly kind: ServiceKind;
  readonly pid: number | null;
  readonly state: ProcessState;
  readonly url: string;
}

/** The answer of `status`. */
export interface StatusReport {
  /** The order replica that leads; null while there is none. */
  readonly leader: string | null;
  readonly services: readonly ServiceStatus[];
  /** The cuts between processes that are in force, the oldest first. */
  readonly cut: readonly Cut[];
}

export const unobserved: Observation = {
  role: null,
  term: null,
  lastLogIndex: null,
  commitIndex: null,
  appliedIndex: null,
  orders: null,
  hash: null,
};

export function reportStatus(
  services: readonly { readonly standing: ServiceStanding; readonly observation: Observation }[],
  cut: readonly Cut[] = [],
): StatusReport {
  const rows = services.map(({ standing: { name, pid, state, spec }, observation }): ServiceStatus => ({
    name,
    kind: spec.kind,
    pid,
    state,
    url: spec.url,
    ...observation,
  }));
  return { leader: leaderOf(rows), services: rows, cut };
}

/** The running order replica that says it leads, of the highest term: a deposed leader that has not heard of it yet says so too. */
function leaderOf(rows: readonly ServiceStatus[]): string | null {
  let leader: ServiceStatus | undefined;
  for (const row of rows) {
    if (row.kind !== 'order' || row.state !== 'running' || row.role !== 'leader') continue;
    if (leader === undefined || (row.term ?? 0) > (leader.term ?? 0)) leader = row;
  }
  return leader?.name ?? null;
}
