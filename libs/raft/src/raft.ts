import type { Effects, RaftStatus } from './effect.js';
import { campaignDeadline, concludeElection, tickCampaign } from './election/campaign.js';
import { forgetLeader, nominate, peerGone } from './election/nomination.js';
import type { Entry, StoredState } from './entry.js';
import type { LogIndex, ReplicaId, Term } from './ids.js';
import type { Input } from './input.js';
import { unreachable } from './invariant.js';
import { propose } from './leadership/propose.js';
import { readIndex } from './leadership/read-index.js';
import { leaderDeadline, settleLeader, tickLeader } from './leadership/tick-leader.js';
import { startTransfer, stepDown } from './leadership/transfer.js';
import { changeMembership } from './membership/change-membership.js';
import type { RaftOptions } from './options.js';
import { receiveMessage } from './receive-message.js';
import { compactLog } from './snapshot/compact-log.js';
import { RaftState } from './state.js';

declare const opaque: unique symbol;

/** One replica of one group: mutable, opaque, owned by one driver. Only the functions of this file look inside. */
export interface Raft {
  readonly [opaque]: 'Raft';
}

/** What a leader knows about one follower. */
export interface PeerProgress {
  readonly peer: ReplicaId;
  /** The follower's log is durable and equal to the leader's through here. */
  readonly matchIndex: LogIndex;
  readonly nextIndex: LogIndex;
  readonly state: 'probe' | 'replicate' | 'snapshot';
  /** The driver's `now` (ms) when the last answer came; undefined before the first one in this leadership. */
  readonly lastContactAt: number | undefined;
  /** From sending it an append until it was durable there, the last time, ms; Infinity before the first time. */
  readonly lastWriteTookMs: number;
}

/** What a log store finds in an empty folder. */
export const emptyStoredState: StoredState = Object.freeze({
  hardState: Object.freeze({ term: 0 as Term, votedFor: undefined }),
  snapshot: undefined,
  entries: Object.freeze([]),
});

/**
 * A replica as it starts: a follower that knows what its log store found and no leader.
 *
 * @param options from `parseRaftOptions`.
 * @param stored exactly what was durable; entries that were lost in a crash must be absent, not guessed.
 * @param now the driver's monotonic clock, ms; all later steps use the same clock.
 * @throws InvariantViolation when `stored` cannot have come from a correct run.
 */
export function createRaft(options: RaftOptions, stored: StoredState, now: number): Raft {
  return new RaftState(options, stored, now) as unknown as Raft;
}

/**
 * The whole algorithm: what happened goes in, what must be done comes out. Deterministic (equal options, stored state
 * and inputs give equal effects), synchronous, without I/O.
 *
 * The driver carries every effect out, in the order that `Effects` documents, and feeds inputs one at a time. It need
 * not report lost messages: silence is noticed here.
 *
 * @param now monotonic, ms. A value lower than an earlier one counts as that earlier one.
 * @throws InvariantViolation when a promise of the algorithm is about to be broken. The replica is unusable then and
 *   its process must end.
 */
export function step(raft: Raft, input: Input, now: number): Effects {
  const state = stateOf(raft);
  state.beginStep(now);
  dispatch(state, input);
  if (state.leadership !== undefined) settleLeader(state, state.leadership);
  return state.finishStep();
}

function dispatch(state: RaftState, input: Input): void {
  switch (input.kind) {
    case 'tick':
      return state.leadership === undefined ? tickCampaign(state) : tickLeader(state, state.leadership);
    case 'message':
      return receiveMessage(state, input.from, input.message);
    case 'persisted':
      state.durability.persisted(input.sequence);
      return concludeElection(state);
    case 'propose':
      return propose(state, input.proposals);
    case 'peerGone':
      return peerGone(state, input.peer);
    case 'forgetLeader':
      return forgetLeader(state, input.observedTerm);
    case 'nominate':
      return nominate(state, input.observedTerm);
    case 'transferLeadership':
      return startTransfer(state, input.target);
    case 'stepDown':
      return stepDown(state, input.reason);
    case 'readIndex':
      return readIndex(state, input.id);
    case 'changeMembership':
      return changeMembership(state, input);
    case 'snapshotTaken':
      return compactLog(state, input);
    default:
      return unreachable(input);
  }
}

/** When the next `tick` has something to do (the driver's clock, ms). Changes with every step. */
export function nextDeadline(raft: Raft): number {
  const state = stateOf(raft);
  return state.leadership === undefined ? campaignDeadline(state) : leaderDeadline(state, state.leadership);
}

/** As of the last step. `Effects.status` announces changes; this is always current. */
export function statusOf(raft: Raft): RaftStatus {
  return stateOf(raft).status();
}

/** The entries in [from, toExclusive) that are in memory, committed or not. */
export function entriesOf(raft: Raft, from: LogIndex, toExclusive: LogIndex): readonly Entry[] {
  return stateOf(raft).log.slice(from, toExclusive);
}

/** Undefined where the log has no entry or has compacted it. */
export function entryTerm(raft: Raft, index: LogIndex): Term | undefined {
  return stateOf(raft).log.termAt(index);
}

/** Empty unless this replica leads. */
export function progressOf(raft: Raft): readonly PeerProgress[] {
  const followers = stateOf(raft).leadership?.followers ?? [];
  return followers.map(({ peer, matchIndex, nextIndex, state, lastContactAt, answeredOnce, lastWriteTookMs }) => ({
    peer,
    matchIndex,
    nextIndex,
    state,
    lastContactAt: answeredOnce ? lastContactAt : undefined,
    lastWriteTookMs,
  }));
}

function stateOf(raft: Raft): RaftState {
  return raft as unknown as RaftState;
}
