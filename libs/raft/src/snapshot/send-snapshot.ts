import type { LogIndex, ReplicaId } from '../ids.js';
import { invariant } from '../invariant.js';
import type { SnapshotResponse } from '../message.js';
import type { Follower } from '../replication/follower.js';
import { hearFromStore } from '../replication/hear-from-store.js';
import { becomeFollower } from '../roles.js';
import type { RaftState } from '../state.js';
import { outgoing } from './outgoing-snapshot.js';

/** Raft §7: what the follower needs next is compacted away, so it gets the state that those entries led to. */
export function startSnapshot(raft: RaftState, follower: Follower): void {
  const { snapshot } = raft.log;
  invariant(
    snapshot !== undefined,
    () => `entry ${follower.nextIndex} can only be missing here because a snapshot stands for it`,
  );
  follower.state = 'snapshot';
  follower.stopWaiting();
  follower.outgoingSnapshot = outgoing(snapshot);
  raft.trace({ kind: 'snapshotSent', peer: follower.peer, index: snapshot.index });
}

export function sendSnapshotChunk(raft: RaftState, follower: Follower): void {
  const sending = follower.outgoingSnapshot;
  if (sending === undefined) return;
  const { snapshot, checksum, offset } = sending;
  const requestId = raft.nextRequestId();
  const { matchIndex } = follower;
  follower.requestSent({
    requestId,
    sentAt: raft.now,
    prevIndex: matchIndex,
    lastIndex: matchIndex,
    followsMatch: false,
  });
  raft.send(follower.peer, {
    kind: 'snapshotRequest',
    requestId,
    term: raft.term,
    snapshotIndex: snapshot.index,
    snapshotTerm: snapshot.term,
    offset,
    totalBytes: snapshot.data.byteLength,
    checksum,
    chunk: snapshot.data.subarray(offset, offset + raft.options.snapshotChunkBytes),
    configuration: snapshot.configuration,
  });
}

export function receiveSnapshotAnswer(raft: RaftState, from: ReplicaId, response: SnapshotResponse): void {
  if (response.term > raft.term) {
    becomeFollower(raft, { term: response.term, leader: undefined, why: `${from} knows term ${response.term}` });
    return;
  }
  const follower = response.term === raft.term ? raft.leadership?.followerOf(from) : undefined;
  if (
    follower?.outgoingSnapshot === undefined ||
    follower.mayBeReplaced(response) ||
    follower.takeInflight(response.requestId, raft.now) === undefined
  ) {
    raft.drop(from, response, 'no snapshot chunk waits for it');
    return;
  }
  hearFromStore(raft, follower, response);
  // Gone when the answer comes from a new store: what it needs is found out first.
  const sending = follower.outgoingSnapshot;
  if (sending === undefined) return;
  if (response.nextOffset < sending.snapshot.data.byteLength) {
    // It says where it stands: further on, back after a lost chunk, or at 0 after a damaged whole.
    sending.offset = response.nextOffset;
    return;
  }
  follower.outgoingSnapshot = undefined;
  follower.state = 'probe';
  follower.nextIndex = Math.max(follower.nextIndex, sending.snapshot.index + 1) as LogIndex;
  follower.matched(sending.snapshot.index, raft.now);
}
