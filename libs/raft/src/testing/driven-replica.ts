import type { Effects, RaftStatus, ReadAnswer } from '../effect.js';
import type { Entry, Snapshot } from '../entry.js';
import { toLogIndex, toReplicaId, toTerm, type LogIndex, type ReplicaId } from '../ids.js';
import type { Input } from '../input.js';
import { invariant } from '../invariant.js';
import type { AppendResponse, Envelope, HeartbeatResponse, Message, ResponseMessage } from '../message.js';
import { encodeConfiguration, type Member, type MembershipChange } from '../membership/configuration.js';
import { parseRaftOptions, type RaftOptions } from '../options.js';
import { createRaft, entriesOf, nextDeadline, statusOf, step, type Raft } from '../raft.js';
import type { TraceEvent } from '../trace.js';
import { bytesOf } from './text-bytes.js';

export interface DrivenOptions {
  /** Names of all voters, this replica first, with falling priorities. Default a, b, c. */
  readonly voters?: readonly string[];
  /** Priority of each voter, in the same order. */
  readonly priorities?: readonly number[];
  /** Of the store it runs on. */
  readonly storeId?: number;
  /** It is none of the voters and waits to be added. */
  readonly joining?: boolean;
  readonly term?: number;
  readonly votedFor?: string;
  /** The stored log: the term of each entry, or the entry. */
  readonly log?: readonly (number | Entry)[];
  readonly snapshot?: Snapshot;
  readonly raft?: Partial<Omit<RaftOptions, 'id' | 'voters' | 'seed'>>;
  readonly seed?: number;
  /** Report every batch durable at once (default), or only by `persistAll`. */
  readonly instantDisk?: boolean;
}

/** One replica, led by hand through the situation that a test is about: all other replicas are the test's words. */
export class DrivenReplica {
  readonly raft: Raft;
  readonly peers: readonly ReplicaId[];
  now = 0;
  /** What has left the replica, in order; deferred messages once their batch is durable. */
  readonly sent: Envelope[] = [];
  readonly committed: Entry[] = [];
  readonly reads: ReadAnswer[] = [];
  readonly restored: Snapshot[] = [];
  readonly trace: TraceEvent[] = [];
  last: Effects | undefined;
  private readonly instantDisk: boolean;
  private issued = 0;
  private deferred: (Envelope & { readonly after: number })[] = [];
  private lastRequestId = 1_000_000;

  constructor(options: DrivenOptions = {}) {
    const names = options.voters ?? ['a', 'b', 'c'];
    const voters = names.map((name, offset) => ({
      id: toReplicaId(name),
      priority: options.priorities?.[offset] ?? names.length - offset,
    }));
    const id = toReplicaId(names[0] ?? 'a');
    const entries = entriesFrom(options.log ?? [], (options.snapshot?.index ?? 0) + 1);
    const term = options.term ?? entries[entries.length - 1]?.term ?? options.snapshot?.term ?? 0;
    const votedFor = options.votedFor === undefined ? undefined : toReplicaId(options.votedFor);
    this.peers = voters.map((voter) => voter.id).filter((peer) => peer !== id);
    this.instantDisk = options.instantDisk ?? true;
    const parsed = parseRaftOptions({
      commitNoticeDelayMs: 0,
      priorityTakeoverStableMs: 0,
      ...options.raft,
      id,
      voters: options.joining === true ? voters.slice(1) : voters,
      joining: options.joining ?? false,
      seed: options.seed ?? 1,
    });
    const { storeId } = options;
    const hardState = { term: toTerm(term), votedFor };
    this.raft = createRaft(parsed, { hardState, snapshot: options.snapshot, entries, storeId }, 0);
  }

  get status(): RaftStatus {
    return statusOf(this.raft);
  }

  /** The term of each entry in memory. */
  get logTerms(): readonly number[] {
    const { firstLogIndex, lastLogIndex } = this.status;
    return entriesOf(this.raft, firstLogIndex, (lastLogIndex + 1) as LogIndex).map((entry) => entry.term);
  }

  give(input: Input): Effects {
    const effects = step(this.raft, input, this.now);
    this.last = effects;
    this.sent.push(...effects.send);
    this.deferred.push(...effects.sendAfterPersist);
    this.committed.push(...effects.committed);
    this.reads.push(...effects.reads);
    if (effects.restore !== undefined) this.restored.push(effects.restore);
    this.trace.push(...effects.trace);
    if (effects.persist !== undefined) this.issued = effects.persist.sequence;
    if (effects.persist !== undefined && this.instantDisk) this.persistAll();
    return effects;
  }

  persistAll(): Effects {
    const due = this.deferred;
    this.deferred = [];
    this.sent.push(...due);
    return this.give({ kind: 'persisted', sequence: this.issued });
  }

  /** A message arrives. @returns the response that left for it, if one did. */
  receive(from: string, message: Message): ResponseMessage | undefined {
    const before = this.sent.length;
    this.give({ kind: 'message', from: toReplicaId(from), message });
    const responses = this.sent
      .slice(before)
      .filter((envelope) => envelope.to === from && envelope.message.requestId === message.requestId);
    return responses
      .map((envelope) => envelope.message)
      .find((sent): sent is ResponseMessage => sent.kind.endsWith('Response'));
  }

  append(
    from: string,
    about: {
      term: number;
      prev: readonly [index: number, term: number];
      entries?: readonly (number | Entry)[];
      commit?: number;
    },
  ): AppendResponse {
    const [prevIndex, prevTerm] = about.prev;
    const response = this.receive(from, {
      kind: 'appendRequest',
      requestId: this.foreignRequestId(),
      term: toTerm(about.term),
      prevLogIndex: toLogIndex(prevIndex),
      prevLogTerm: toTerm(prevTerm),
      entries: entriesFrom(about.entries ?? [], prevIndex + 1),
      commitIndex: toLogIndex(about.commit ?? 0),
    });
    invariant(response?.kind === 'appendResponse', 'an append that is durable is answered');
    return response;
  }

  heartbeat(from: string, about: { term: number; commit?: number }): HeartbeatResponse {
    const response = this.receive(from, {
      kind: 'heartbeatRequest',
      requestId: this.foreignRequestId(),
      term: toTerm(about.term),
      commitIndex: toLogIndex(about.commit ?? 0),
    });
    invariant(response?.kind === 'heartbeatResponse', 'a heartbeat is answered at once');
    return response;
  }

  /** @returns whether the vote was given; undefined while the answer waits for the disk. */
  vote(
    from: string,
    about: { term: number; last: readonly [index: number, term: number]; transfer?: boolean },
  ): boolean | undefined {
    const response = this.receive(from, {
      kind: 'voteRequest',
      requestId: this.foreignRequestId(),
      term: toTerm(about.term),
      lastLogIndex: toLogIndex(about.last[0]),
      lastLogTerm: toTerm(about.last[1]),
      leadershipTransfer: about.transfer ?? false,
    });
    return response?.kind === 'voteResponse' ? response.granted : undefined;
  }

  preVote(from: string, about: { term: number; last: readonly [index: number, term: number] }): boolean | undefined {
    const response = this.receive(from, {
      kind: 'preVoteRequest',
      requestId: this.foreignRequestId(),
      term: toTerm(about.term),
      lastLogIndex: toLogIndex(about.last[0]),
      lastLogTerm: toTerm(about.last[1]),
    });
    return response?.kind === 'preVoteResponse' ? response.granted : undefined;
  }

  timeoutNow(from: string, term: number): void {
    this.receive(from, { kind: 'timeoutNowRequest', requestId: this.foreignRequestId(), term: toTerm(term) });
  }

  wait(durationMs: number): void {
    this.now += durationMs;
  }

  /** Waits for the next deadline and ticks. */
  tick(): Effects {
    this.now = Math.max(this.now, nextDeadline(this.raft));
    const effects = this.give({ kind: 'tick' });
    invariant(nextDeadline(this.raft) > this.now, () => `a driver would tick without end at ${this.now}`);
    return effects;
  }

  /** Every message of a kind that was sent, oldest first. */
  messages<K extends Message['kind']>(kind: K, to?: string): readonly Extract<Message, { kind: K }>[] {
    const envelopes = this.sent.filter(
      (envelope) => envelope.message.kind === kind && (to === undefined || envelope.to === to),
    );
    return envelopes.map((envelope) => envelope.message as Extract<Message, { kind: K }>);
  }

  latest<K extends Message['kind']>(kind: K, to: string): Extract<Message, { kind: K }> {
    const message = this.messages(kind, to).at(-1);
    invariant(message !== undefined, () => `no ${kind} was sent to ${to}`);
    return message;
  }

  /** A peer answers the latest request of a kind that was sent to it. */
  answer(peer: string, kind: 'preVote' | 'vote', granted: boolean, storeId?: number): void {
    const { requestId } = this.latest(`${kind}Request`, peer);
    this.receive(peer, { kind: `${kind}Response`, requestId, term: this.status.term, granted, storeId });
  }

  /** Goes through an election in which every peer says yes. The others have confirmed nothing of the log yet. */
  becomeLeader(): void {
    this.tick();
    for (const peer of this.peers) if (this.status.role === 'preCandidate') this.answer(peer, 'preVote', true);
    for (const peer of this.peers) if (this.status.role === 'candidate') this.answer(peer, 'vote', true);
    invariant(this.status.role === 'leader', () => `every peer voted, but the role is ${this.status.role}`);
  }

  /** A peer confirms the latest append that was sent to it. */
  confirmAppend(peer: string, storeId?: number): Effects | undefined {
    const { requestId, term, prevLogIndex, entries } = this.latest('appendRequest', peer);
    this.receive(peer, {
      kind: 'appendResponse',
      requestId,
      term,
      matchIndex: toLogIndex(prevLogIndex + entries.length),
      conflict: undefined,
      storeId,
    });
    return this.last;
  }

  confirmHeartbeat(peer: string, storeId?: number): Effects | undefined {
    const { requestId, term } = this.latest('heartbeatRequest', peer);
    this.receive(peer, { kind: 'heartbeatResponse', requestId, term, storeId });
    return this.last;
  }

  propose(...texts: readonly string[]): Effects {
    return this.give({
      kind: 'propose',
      proposals: texts.map((text, offset) => ({ id: offset + 1, data: bytesOf(text) })),
    });
  }

  changeMembership(change: MembershipChange): Effects {
    return this.give({ kind: 'changeMembership', id: 1, change });
  }

  private foreignRequestId(): number {
    this.lastRequestId += 1;
    return this.lastRequestId;
  }
}

function entriesFrom(log: readonly (number | Entry)[], from: number): readonly Entry[] {
  return log.flatMap((each, offset) => (typeof each === 'number' ? logOf([each], from + offset) : [each]));
}

/** A membership entry. Members are voters unless they are said to be something else. */
export function configurationEntry(
  at: { readonly index: number; readonly term: number },
  members: readonly (Pick<Member, 'id'> & Partial<Member>)[] | readonly string[],
): Entry {
  const full = members.map((member): Member => {
    const about = typeof member === 'string' ? { id: toReplicaId(member) } : member;
    return { kind: 'voter', priority: 1, storeId: 0, context: '', ...about };
  });
  const data = encodeConfiguration({ members: full });
  return { index: toLogIndex(at.index), term: toTerm(at.term), kind: 'membership', data };
}

/** Entries 1, 2, … of the given terms; each one's data names its position and term. */
export function logOf(terms: readonly number[], from = 1): readonly Entry[] {
  return terms.map((term, offset) => ({
    index: toLogIndex(from + offset),
    term: toTerm(term),
    kind: 'command',
    data: bytesOf(`${from + offset}@${term}`),
  }));
}
