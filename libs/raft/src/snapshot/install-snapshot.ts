import type { Snapshot } from '../entry.js';
import type { LogIndex, ReplicaId } from '../ids.js';
import type { SnapshotRequest } from '../message.js';
import { followLeader } from '../roles.js';
import type { RaftState } from '../state.js';
import { IncomingSnapshot } from './incoming-snapshot.js';

/** Raft §7, figure 13, the receiver's side. */
export function answerSnapshot(raft: RaftState, from: ReplicaId, request: SnapshotRequest): void {
  if (request.term < raft.term) {
    respond(raft, from, request, { nextOffset: 0 });
    return;
  }
  followLeader(raft, from, request.term);
  if (request.totalBytes > raft.options.maxSnapshotBytes) {
    raft.drop(
      from,
      request,
      `its ${request.totalBytes} bytes exceed maxSnapshotBytes (${raft.options.maxSnapshotBytes})`,
    );
    return;
  }
  if (request.snapshotIndex <= raft.commitIndex) {
    // Everything it stands for is here already, applied or about to be.
    raft.incomingSnapshot = undefined;
    respond(raft, from, request, {
      nextOffset: request.totalBytes,
      after: raft.durability.sequenceFor(request.snapshotIndex),
    });
    return;
  }
  const incoming = incomingFor(raft, request);
  incoming.add(request.offset, request.chunk);
  if (!incoming.isComplete) {
    respond(raft, from, request, { nextOffset: incoming.nextOffset });
    return;
  }
  raft.incomingSnapshot = undefined;
  const snapshot = incoming.assemble();
  if (snapshot === undefined) {
    raft.drop(from, request, 'the checksum of the whole snapshot does not fit; it is fetched again');
    return;
  }
  install(raft, snapshot);
  respond(raft, from, request, { nextOffset: request.totalBytes, after: raft.durability.nextSequence });
}

function incomingFor(raft: RaftState, request: SnapshotRequest): IncomingSnapshot {
  if (raft.incomingSnapshot?.isOf(request) !== true) raft.incomingSnapshot = new IncomingSnapshot(request);
  return raft.incomingSnapshot;
}

function install(raft: RaftState, snapshot: Snapshot): void {
  const keptSuffix = raft.log.install(snapshot);
  if (!keptSuffix) {
    raft.durability.truncatedFrom(snapshot.index);
    raft.out.truncateFrom = (snapshot.index + 1) as LogIndex;
  }
  raft.out.snapshot = snapshot;
  raft.out.restore = snapshot;
  raft.trace({ kind: 'snapshotInstalled', index: snapshot.index, term: snapshot.term });
  raft.restored(snapshot, { keptSuffix });
}

function respond(
  raft: RaftState,
  from: ReplicaId,
  request: SnapshotRequest,
  answer: { readonly nextOffset: number; readonly after?: number },
): void {
  raft.send(
    from,
    { kind: 'snapshotResponse', requestId: request.requestId, term: raft.term, nextOffset: answer.nextOffset },
    answer.after,
  );
}
