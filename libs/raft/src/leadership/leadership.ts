import type { LogIndex, ReplicaId } from '../ids.js';
import type { RaftOptions } from '../options.js';
import { quorumValue } from '../quorum.js';
import { Follower } from '../replication/follower.js';
import { ReadQueue } from './read-queue.js';
import type { Transfer } from './transfer.js';

/** What exists only while a replica leads. */
export class Leadership {
  readonly followers: readonly Follower[];
  readonly reads = new ReadQueue();
  /** True once an entry of the own term is committed: the state is current and reads may be answered (Raft §8). */
  committedInTerm = false;
  /** Bytes of entries appended but not committed: what `maxUncommittedBytes` bounds. */
  uncommittedBytes = 0;
  heartbeatAt: number;
  /** When followers that do not know the commit index yet are told, if no append has done it by then. */
  commitNoticeAt = Number.POSITIVE_INFINITY;
  transfer: Transfer | undefined;
  private readonly byId: ReadonlyMap<ReplicaId, Follower>;

  constructor(
    peers: readonly ReplicaId[],
    private readonly options: RaftOptions,
    from: { readonly now: number; readonly nextIndex: LogIndex },
  ) {
    this.followers = peers.map((peer) => new Follower(peer, from));
    this.byId = new Map(this.followers.map((follower) => [follower.peer, follower]));
    this.heartbeatAt = from.now + options.heartbeatIntervalMs;
  }

  followerOf(peer: ReplicaId): Follower | undefined {
    return this.byId.get(peer);
  }

  /** The last moment at which a quorum, this replica among it, was in contact. */
  quorumContactAt(now: number): number {
    const contacts = [now];
    for (const follower of this.followers) contacts.push(follower.lastContactAt);
    return quorumValue(contacts);
  }

  /**
   * A follower that confirmed a request votes for nobody else for an election timeout after *receiving* it, which was
   * no earlier than it was *sent*. So the quorum's sending times count, not when its answers came. A hand-over in
   * progress overrides that loyalty and ends the lease.
   */
  leaseUntil(now: number): number {
    if (this.transfer !== undefined) return 0;
    if (this.followers.length === 0) return Number.POSITIVE_INFINITY;
    const sent = [now];
    for (const follower of this.followers) sent.push(follower.confirmedSentAt);
    const confirmedAt = quorumValue(sent);
    return Number.isFinite(confirmedAt) ? confirmedAt + this.options.electionTimeoutMinMs : 0;
  }

  /** Each member of some quorum has answered, in this term, this request or a later one. */
  quorumConfirmedRequest(): number {
    const confirmed = [Number.POSITIVE_INFINITY];
    for (const follower of this.followers) confirmed.push(follower.confirmedRequestId);
    return quorumValue(confirmed);
  }
}
