import type { PersistBatch, RaftStatus, TraceEvent } from '@quorumkit/raft';
import type { StoreCondition } from '../log-store/log-store.js';
import type { ProposalEnd } from '../replicated-log/flights.js';
import type { SecondProcess } from '../transport/peer-processes.js';

/** What a replica tells about itself: metrics and logs watch this one stream. Never needed for correctness. */
export interface ReplicaObserver {
  trace?(event: TraceEvent): void;
  status?(status: RaftStatus): void;
  persisted?(durationMs: number, batch: PersistBatch): void;
  /** The state was written out; nothing else ran meanwhile. */
  snapshotTaken?(durationMs: number, bytes: number): void;
  /** The store has run out of space, or has some again. */
  storage?(condition: StoreCondition): void;
  /** The application of this replica, which leads, is not fit to lead, and why; undefined: it is again. */
  fitness?(objection: string | undefined): void;
  /** An empty store: what it is cannot be decided before these members answer. */
  waitingForMembers?(silent: readonly string[]): void;
  /** This member's store was lost: it does not vote before it has fetched everything. */
  storeLost?(why: string): void;
  /** Two processes speak in turns under one member's id. */
  secondProcess?(found: SecondProcess): void;
  /** One proposal of a caller has ended. */
  proposalEnded?(end: ProposalEnd, durationMs: number): void;
  messageDropped?(event: { readonly peer: string; readonly messageKind: string; readonly why: string }): void;
  /** A hook failed and the replica resigns, or user code threw where nobody else can be told. */
  problem?(what: string, error: unknown): void;
}

export const silentObserver: ReplicaObserver = {};
