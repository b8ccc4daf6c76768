import type { ReplicaId, Term } from '../ids.js';
import { invariant } from '../invariant.js';
import type { RaftOptions, VoterOptions } from '../options.js';
import type { Prng } from '../prng.js';

/** A refused pre-vote is asked for again after 1 to 1.7 times the base, which grows by this factor. */
const retryGrowth = 1.5;
const retrySpread = 0.7;
/** After the leader's process is gone, each rank waits this many retry pauses longer than the one before it. */
const gonePausesPerRank = 2;

/**
 * When a replica campaigns. Priority decides only this: the group's election timeout range is cut into one slot a
 * rank, so that the highest priority is usually alone when it asks, and randomised inside the slot (Raft §5.2).
 * Nobody's vote depends on it; a veto by priority can leave a group without a leader for good.
 */
export class ElectionClock {
  /** When to campaign next unless a leader is heard. Meaningless while leader. */
  campaignAt = Number.POSITIVE_INFINITY;
  /** When a leader was last heard that has not been given up since: see `hasLiveLeader`. */
  private leaderContactAt = Number.NEGATIVE_INFINITY;
  private heardFrom: ReplicaId | undefined;
  /** Since when there has been no leader to wait for; undefined while there is one. */
  leaderlessSince: number | undefined;
  /** A better-ranked replica is trying: let it finish. */
  deferUntil = Number.NEGATIVE_INFINITY;
  /** A peer whose process is gone, and until when what it had sent before, in that term, does not bring it back. */
  private gone: { readonly peer: ReplicaId; readonly term: Term; readonly until: number } | undefined;
  nominatedAt = Number.NEGATIVE_INFINITY;
  private attempts = 0;
  /** Best first; empty while this replica is no voter: then it never campaigns. */
  private ranking: readonly ReplicaId[] = [];
  private ownPriority = 0;

  constructor(
    private readonly options: RaftOptions,
    private readonly prng: Prng,
  ) {}

  start(now: number): void {
    // A group of one has nobody to wait for.
    if (this.ranking.length === 1) this.campaignAt = now;
    else this.restart(now);
  }

  /** The voters of the configuration in force; none where this replica is not one of them. */
  rank(voters: readonly VoterOptions[]): void {
    const ranked = [...voters].sort((left, right) => right.priority - left.priority || (left.id < right.id ? -1 : 1));
    this.ranking = ranked.map((voter) => voter.id);
    this.ownPriority = voters.find((voter) => voter.id === this.options.id)?.priority ?? 0;
    if (this.ranking.length === 0) this.campaignAt = Number.POSITIVE_INFINITY;
  }

  /** A replica that has become a voter waits its turn like everybody. */
  joinIn(now: number): void {
    if (this.campaignAt === Number.POSITIVE_INFINITY) this.restart(now);
  }

  /** Waits a full, newly drawn election timeout. */
  restart(now: number): void {
    if (this.ranking.length > 0) this.campaignAt = now + this.drawTimeout();
  }

  heardLeader(now: number, leader: ReplicaId): void {
    this.leaderContactAt = now;
    this.heardFrom = leader;
    this.leaderlessSince = undefined;
    this.gone = undefined;
    this.attempts = 0;
    this.restart(now);
  }

  lostLeader(now: number): void {
    this.leaderlessSince ??= now;
    this.attempts = 0;
  }

  /** The leader that was heard is gone, or has given leadership up: nothing is owed to it any more. */
  releaseLeader(): void {
    this.leaderContactAt = Number.NEGATIVE_INFINITY;
    this.heardFrom = undefined;
  }

  wasHeardFrom(peer: ReplicaId): boolean {
    return this.heardFrom === peer;
  }

  heardLeaderWithin(now: number, windowMs: number): boolean {
    return now - this.leaderContactAt < windowMs;
  }

  peerGone(now: number, { peer, term }: { readonly peer: ReplicaId; readonly term: Term }): void {
    this.gone = { peer, term, until: now + this.options.heartbeatIntervalMs };
  }

  /** Is what this peer says in this term only left over from before its process went? */
  isGone(now: number, { peer, term }: { readonly peer: ReplicaId; readonly term: Term }): boolean {
    return this.gone?.peer === peer && term <= this.gone.term && now < this.gone.until;
  }

  /** The leader's process is gone: no need to wait for its timeout, only for better-ranked replicas to go first. */
  campaignByRank(now: number, leader: ReplicaId): void {
    this.lostLeader(now);
    const { campaignRetryMs, electionTimeoutMinMs } = this.options;
    const rank = this.ranking.filter((id) => id !== leader).indexOf(this.options.id);
    if (rank < 0) return;
    const lastResortMs = this.ownPriority === 0 ? electionTimeoutMinMs : 0;
    const delayMs =
      rank * gonePausesPerRank * campaignRetryMs + this.prng.between(0, campaignRetryMs / 3) + lastResortMs;
    this.campaignAt = Math.min(this.campaignAt, now + delayMs);
  }

  /** The better-ranked replica that this one holds back for lacks entries. At most one campaign earlier, so no storm. */
  waitNoLonger(now: number, candidate: ReplicaId): void {
    const rank = this.ranking.indexOf(candidate);
    if (rank < 0 || rank > this.ranking.indexOf(this.options.id) || this.ownPriority === 0) return;
    if (this.leaderlessSince === undefined || now < this.deferUntil) return;
    this.campaignAt = Math.min(this.campaignAt, now + this.prng.between(0, this.options.campaignRetryMs / 6));
  }

  forgetRefusals(): void {
    this.attempts = 0;
  }

  /** A campaign was refused or not answered: try again soon, then less and less often. */
  retrySoon(now: number): void {
    const { campaignRetryMs, electionTimeoutMinMs } = this.options;
    const base = Math.min(campaignRetryMs * retryGrowth ** this.attempts, electionTimeoutMinMs);
    this.attempts += 1;
    if (this.ranking.length > 0) this.campaignAt = now + base * this.prng.between(1, 1 + retrySpread);
  }

  /**
   * Two candidates that both win their pre-votes split the votes. So whoever has just encouraged a better-ranked one
   * holds back a little; never longer in all than one election timeout, in case that one cannot win.
   */
  deferTo(now: number, candidate: ReplicaId): void {
    const rank = this.ranking.indexOf(candidate);
    if (rank < 0 || rank > this.ranking.indexOf(this.options.id)) return;
    this.leaderlessSince ??= now;
    const latest = this.leaderlessSince + this.options.electionTimeoutMaxMs;
    this.deferUntil = Math.min(now + 2 * this.options.campaignRetryMs, latest);
    this.campaignAt = Math.max(this.campaignAt, this.deferUntil);
  }

  private drawTimeout(): number {
    const { electionTimeoutMinMs, electionTimeoutMaxMs } = this.options;
    const rank = this.ranking.indexOf(this.options.id);
    invariant(rank >= 0, 'a replica that campaigns is a voter');
    const slotMs = (electionTimeoutMaxMs - electionTimeoutMinMs) / this.ranking.length;
    const lastResortMs = this.ownPriority === 0 ? electionTimeoutMaxMs : 0;
    return electionTimeoutMinMs + (rank + this.prng.next()) * slotMs + lastResortMs;
  }
}
