import type { LogIndex, ReplicaId } from '../../ids.js';
import type { Proposal } from '../../input.js';
import type { Checker } from '../checkers/checker.js';
import type { SimulatedCluster } from '../simulated-cluster.js';
import type { Observation, SimulatedReplica } from '../simulated-replica.js';

/** What became of a request, as far as the asked process says. A process that dies says nothing. */
export type Answer =
  /** Certainly not done there. */
  | { readonly kind: 'refused'; readonly leader: ReplicaId | undefined }
  /** Accepted, but another entry took its place: certainly not done by this request. */
  | { readonly kind: 'overwritten' }
  | { readonly kind: 'applied'; readonly result: unknown }
  /** A read may be made now, on this replica. */
  | { readonly kind: 'readable'; readonly replica: SimulatedReplica };

type Listener = (answer: Answer) => void;

interface Waiting {
  readonly incarnation: number;
  readonly proposals: Map<number, Listener>;
  readonly accepted: Map<number, { readonly term: number; readonly listener: Listener }>;
  readonly reads: Map<number, Listener>;
  readonly confirmed: { readonly index: LogIndex; readonly listener: Listener }[];
}

/** The part of each process that talks to clients: requests in, answers out. Gathers what comes at nearly one moment. */
export class FrontDoor implements Checker {
  private readonly waiting = new Map<ReplicaId, Waiting>();
  private readonly gathered = new Map<ReplicaId, Proposal[]>();
  private lastId = 0;

  constructor(
    private readonly cluster: SimulatedCluster,
    private readonly gatherMs: number,
  ) {
    cluster.listeners.push(this);
  }

  /** @returns false when nobody listens there. */
  propose(to: ReplicaId, data: Uint8Array, listener: Listener): boolean {
    const replica = this.cluster.replica(to);
    if (!replica.isUp) return false;
    this.lastId += 1;
    this.waitingAt(replica).proposals.set(this.lastId, listener);
    const proposal = { id: this.lastId, data };
    const gathered = this.gathered.get(to);
    if (gathered !== undefined) {
      gathered.push(proposal);
      return true;
    }
    this.gathered.set(to, [proposal]);
    this.cluster.clock.after(this.gatherMs, () => this.flush(replica));
    return true;
  }

  read(to: ReplicaId, listener: Listener): boolean {
    const replica = this.cluster.replica(to);
    if (!replica.isUp) return false;
    this.lastId += 1;
    this.waitingAt(replica).reads.set(this.lastId, listener);
    this.cluster.reads.asked(this.lastId);
    replica.give({ kind: 'readIndex', id: this.lastId });
    return true;
  }

  observe({ replica, effects, results }: Observation): void {
    const waiting = this.waiting.get(replica.id);
    if (waiting === undefined || waiting.incarnation !== replica.incarnation) return;
    for (const { id, leader } of effects.rejected) this.take(waiting, id)?.({ kind: 'refused', leader });
    for (const { id, index, term } of effects.accepted) {
      const listener = this.take(waiting, id);
      if (listener !== undefined) waiting.accepted.set(index, { term, listener });
    }
    for (const { id, index } of effects.reads) this.readAnswered(waiting, replica, { id, index });
    for (let offset = 0; offset < effects.committed.length; offset += 1) {
      const entry = effects.committed[offset];
      const accepted = entry === undefined ? undefined : waiting.accepted.get(entry.index);
      if (entry === undefined || accepted === undefined) continue;
      waiting.accepted.delete(entry.index);
      accepted.listener(
        entry.term === accepted.term ? { kind: 'applied', result: results[offset] } : { kind: 'overwritten' },
      );
    }
    if (waiting.confirmed.length > 0) this.serveConfirmed(waiting, replica);
  }

  private flush(replica: SimulatedReplica): void {
    const proposals = this.gathered.get(replica.id);
    this.gathered.delete(replica.id);
    if (proposals !== undefined) replica.give({ kind: 'propose', proposals });
  }

  private waitingAt(replica: SimulatedReplica): Waiting {
    const known = this.waiting.get(replica.id);
    if (known?.incarnation === replica.incarnation) return known;
    const fresh: Waiting = {
      incarnation: replica.incarnation,
      proposals: new Map(),
      accepted: new Map(),
      reads: new Map(),
      confirmed: [],
    };
    this.waiting.set(replica.id, fresh);
    return fresh;
  }

  private take(waiting: Waiting, id: number): Listener | undefined {
    const listener = waiting.proposals.get(id);
    waiting.proposals.delete(id);
    return listener;
  }

  private readAnswered(
    waiting: Waiting,
    replica: SimulatedReplica,
    { id, index }: { readonly id: number; readonly index: LogIndex | undefined },
  ): void {
    const listener = waiting.reads.get(id);
    if (listener === undefined) return;
    waiting.reads.delete(id);
    if (index === undefined) listener({ kind: 'refused', leader: replica.status.leader });
    else if (replica.applied.index >= index) listener({ kind: 'readable', replica });
    else waiting.confirmed.push({ index, listener });
  }

  private serveConfirmed(waiting: Waiting, replica: SimulatedReplica): void {
    const due = waiting.confirmed.filter(({ index }) => replica.applied.index >= index);
    if (due.length === 0) return;
    const rest = waiting.confirmed.filter(({ index }) => replica.applied.index < index);
    waiting.confirmed.splice(0, waiting.confirmed.length, ...rest);
    for (const { listener } of due) listener({ kind: 'readable', replica });
  }
}
