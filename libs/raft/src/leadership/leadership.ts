import type { LogIndex, ReplicaId } from '../ids.js';
import { memberOf, type Configuration } from '../membership/configuration.js';
import type { RaftOptions } from '../options.js';
import { quorumValue } from '../quorum.js';
import { Follower } from '../replication/follower.js';
import { ReadQueue } from './read-queue.js';
import type { Transfer } from './transfer.js';

/** What exists only while a replica leads. */
export class Leadership {
  /** Everybody who is sent the log: the other members, and whoever is being removed until that is committed. */
  followers: readonly Follower[] = [];
  /** Those of them that are no members any more. */
  departing: readonly Follower[] = [];
  /** Those of them that are voters. */
  voters: readonly Follower[] = [];
  readonly reads = new ReadQueue();
  /** True once an entry of the own term is committed: the state is current and reads may be answered (Raft §8). */
  committedInTerm = false;
  /** Bytes of entries appended but not committed: what `maxUncommittedBytes` bounds. */
  uncommittedBytes = 0;
  heartbeatAt: number;
  /** When followers that do not know the commit index yet are told, if no append has done it by then. */
  commitNoticeAt = Number.POSITIVE_INFINITY;
  transfer: Transfer | undefined;
  /** A leader that is being removed leads on until that is committed, but is no part of any majority (dissertation §4.2.2). */
  private isVoter = false;
  private byId: ReadonlyMap<ReplicaId, Follower> = new Map();

  constructor(
    private readonly id: ReplicaId,
    configuration: Configuration,
    private readonly options: RaftOptions,
    from: { readonly now: number; readonly nextIndex: LogIndex },
  ) {
    this.heartbeatAt = from.now + options.heartbeatIntervalMs;
    this.reconfigure(configuration, from);
  }

  reconfigure(configuration: Configuration, from: { readonly now: number; readonly nextIndex: LogIndex }): void {
    const followers: Follower[] = [];
    for (const member of configuration.members) {
      if (member.id === this.id) continue;
      const follower = this.byId.get(member.id) ?? new Follower(member.id, from);
      follower.member = member;
      followers.push(follower);
    }
    for (const follower of this.followers) {
      if (memberOf(configuration, follower.peer) !== undefined) continue;
      follower.member = undefined;
      followers.push(follower);
    }
    this.followers = followers;
    this.departing = followers.filter((follower) => follower.member === undefined);
    this.voters = followers.filter((follower) => follower.member?.kind === 'voter');
    this.isVoter = memberOf(configuration, this.id)?.kind === 'voter';
    this.byId = new Map(followers.map((follower) => [follower.peer, follower]));
  }

  /** It is sent nothing from now on. */
  dismiss(departed: Follower): void {
    this.followers = this.followers.filter((follower) => follower !== departed);
    this.departing = this.departing.filter((follower) => follower !== departed);
    this.byId = new Map(this.followers.map((follower) => [follower.peer, follower]));
  }

  followerOf(peer: ReplicaId): Follower | undefined {
    return this.byId.get(peer);
  }

  /** What a majority of the voters reach: `own` for this replica if it is one, `of` for each other. */
  quorumOf(own: number, of: (follower: Follower) => number): number {
    const values = this.isVoter ? [own] : [];
    // The store that would have to keep the promises of this voter is gone; a quorum is made without it.
    for (const follower of this.voters) values.push(follower.hasLostStore ? Number.NEGATIVE_INFINITY : of(follower));
    return quorumValue(values);
  }

  /** The last moment at which a quorum, this replica among it, was in contact. */
  quorumContactAt(now: number): number {
    return this.quorumOf(now, (follower) => follower.lastContactAt);
  }

  /**
   * A follower that confirmed a request votes for nobody else for an election timeout after *receiving* it, which was
   * no earlier than it was *sent*. So the quorum's sending times count, not when its answers came. A hand-over in
   * progress overrides that loyalty and ends the lease.
   */
  leaseUntil(now: number): number {
    if (this.transfer !== undefined) return 0;
    if (this.voters.length === 0) return Number.POSITIVE_INFINITY;
    const confirmedAt = this.quorumOf(now, (follower) => follower.confirmedSentAt);
    return Number.isFinite(confirmedAt) ? confirmedAt + this.options.electionTimeoutMinMs : 0;
  }

  /** Each member of some quorum has answered, in this term, this request or a later one. */
  quorumConfirmedRequest(): number {
    return this.quorumOf(Number.POSITIVE_INFINITY, (follower) => follower.confirmedRequestId);
  }
}
