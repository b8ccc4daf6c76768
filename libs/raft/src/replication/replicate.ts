import type { LogIndex } from '../ids.js';
import { invariant } from '../invariant.js';
import type { Leadership } from '../leadership/leadership.js';
import { sendSnapshotChunk, startSnapshot } from '../snapshot/send-snapshot.js';
import type { RaftState } from '../state.js';
import type { Follower } from './follower.js';

/** Sends every follower what it may be sent now. Called once at the end of a step, so one step makes one batch. */
export function replicate(raft: RaftState, leadership: Leadership): void {
  for (const follower of leadership.followers) replicateTo(raft, follower);
}

function replicateTo(raft: RaftState, follower: Follower): void {
  while (mayAppend(raft, follower)) sendAppend(raft, follower);
  if (follower.state !== 'snapshot' && follower.nextIndex < raft.log.firstIndex) startSnapshot(raft, follower);
  if (follower.state === 'snapshot' && follower.inflight.length === 0) sendSnapshotChunk(raft, follower);
}

function mayAppend(raft: RaftState, follower: Follower): boolean {
  const { firstIndex, lastIndex } = raft.log;
  if (follower.nextIndex < firstIndex) return false;
  switch (follower.state) {
    case 'probe':
      // With nothing new to send it still asks, with an empty request, as long as something is unconfirmed.
      return follower.inflight.length === 0 && follower.matchIndex < lastIndex;
    case 'replicate':
      return (
        (follower.nextIndex <= lastIndex || isToBeAsked(follower)) &&
        follower.inflight.length < raft.options.maxInflightBatches &&
        !follower.holdUntilAnswered
      );
    case 'snapshot':
      return false;
  }
}

/** A disk that was rolled back while its process was away must not stay unnoticed until something is written. */
function isToBeAsked({ isBackUnasked, inflight }: Follower): boolean {
  return isBackUnasked && inflight.length === 0;
}

function sendAppend(raft: RaftState, follower: Follower): void {
  const { log, options } = raft;
  const entries = log.batch(follower.nextIndex, { entries: options.maxBatchEntries, bytes: options.maxBatchBytes });
  const prevLogIndex = (follower.nextIndex - 1) as LogIndex;
  const prevLogTerm = log.termAt(prevLogIndex);
  invariant(
    prevLogTerm !== undefined,
    () => `the entry before ${follower.nextIndex} must be known to send what follows it`,
  );
  const requestId = raft.nextRequestId();
  const lastIndex = (prevLogIndex + entries.length) as LogIndex;
  follower.requestSent({
    requestId,
    sentAt: raft.now,
    prevIndex: prevLogIndex,
    lastIndex,
    followsMatch: prevLogIndex <= follower.matchIndex,
  });
  if (follower.state === 'replicate') follower.nextIndex = (lastIndex + 1) as LogIndex;
  follower.commitSent = Math.max(follower.commitSent, Math.min(raft.commitIndex, lastIndex));
  raft.send(follower.peer, {
    kind: 'appendRequest',
    requestId,
    term: raft.term,
    prevLogIndex,
    prevLogTerm,
    entries,
    commitIndex: raft.commitIndex,
  });
}

/** Nobody reports a lost request; its silence does. */
export function retransmitLost(raft: RaftState, leadership: Leadership): void {
  for (const follower of leadership.followers) {
    if (raft.now >= follower.retransmitAt(raft.options.retransmitAfterMs)) follower.doubtWhatIsUnderWay();
  }
}
