import type { LogIndex, ReplicaId, Term } from '../ids.js';
import { invariant } from '../invariant.js';
import type { AppendResponse } from '../message.js';
import { becomeFollower } from '../roles.js';
import type { RaftState } from '../state.js';
import type { Follower, InflightRequest } from './follower.js';
import { hearFromStore } from './hear-from-store.js';

/** Raft §5.3, the leader's side of an answered append. */
export function receiveAppend(raft: RaftState, from: ReplicaId, response: AppendResponse): void {
  if (response.term > raft.term) {
    becomeFollower(raft, { term: response.term, leader: undefined, why: `${from} knows term ${response.term}` });
    return;
  }
  const follower = response.term === raft.term ? raft.leadership?.followerOf(from) : undefined;
  if (follower === undefined) {
    raft.drop(from, response, `it belongs to the leadership of term ${response.term}`);
    return;
  }
  if (follower.mayBeReplaced(response)) {
    raft.drop(from, response, 'another store may have taken the place of the one that answers');
    return;
  }
  const request = follower.takeInflight(response.requestId, raft.now);
  const isKnownStore = hearFromStore(raft, follower, response);
  if (response.matchIndex !== undefined) {
    invariant(
      response.matchIndex <= raft.log.lastIndex,
      () => `${from} cannot match entry ${response.matchIndex} of a log that ends at ${raft.log.lastIndex}`,
    );
    // Also from a request given up as lost: within a term a follower never loses what it matched.
    follower.matched(response.matchIndex, raft.now);
  } else if (request === undefined || response.conflict === undefined) {
    raft.drop(from, response, 'no append waits for it');
  } else {
    resolveConflict(raft, follower, { request, conflict: response.conflict, isKnownStore });
  }
}

interface Conflict {
  readonly request: InflightRequest;
  /** Another one lacks what the one before it had confirmed, and says itself that it is another one. */
  readonly isKnownStore: boolean;
  readonly conflict: NonNullable<AppendResponse['conflict']>;
}

function resolveConflict(raft: RaftState, follower: Follower, { request, conflict, isKnownStore }: Conflict): void {
  if (request.followsMatch && isKnownStore) {
    raft.trace({
      kind: 'followerRegressed',
      peer: follower.peer,
      matchIndex: follower.matchIndex,
      conflictIndex: conflict.index,
    });
    follower.lostItsLog();
  }
  const earlierUnderWay = follower.inflight.some((other) => other.requestId < request.requestId);
  if (earlierUnderWay && follower.state === 'replicate') {
    // Two requests travel on two connections: this one came first. Its turn comes again after the answer to the other.
    follower.nextIndex = Math.min(follower.nextIndex, request.prevIndex + 1) as LogIndex;
    follower.holdUntilAnswered = true;
  } else {
    follower.probeAt(nextIndexAfter(raft, { request, conflict }));
  }
}

/**
 * Where the logs may still agree. A follower's entry of a newer term than the leader's at that place conflicts back to
 * the beginning of that term; one of an older term may agree up to the leader's last entry of it (Raft §5.3, last
 * paragraph).
 */
function nextIndexAfter(raft: RaftState, { request, conflict }: Pick<Conflict, 'request' | 'conflict'>): number {
  const { log } = raft;
  const ownTerm = log.termAt(request.prevIndex);
  if (conflict.term === undefined || ownTerm === undefined || conflict.term > ownTerm) {
    return Math.min(conflict.index, request.prevIndex);
  }
  const lastOfTerm = log.firstIndexFromTerm((conflict.term + 1) as Term) - 1;
  const isHere = log.termAt(lastOfTerm) === conflict.term;
  return Math.min(isHere ? lastOfTerm + 1 : conflict.index, request.prevIndex);
}
