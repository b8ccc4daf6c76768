import { type Member, type PeerProgress, type ReplicaId, TakeoverPatience } from '@quorumkit/raft';

export interface TakeoverSettings {
  readonly self: string;
  /** How long an heir must have been in contact without a gap, ms; 0: never hand over for priority. */
  readonly stableMs: number;
  /** Silence that counts as a gap, ms. */
  readonly gapMs: number;
  /** Whether a disk that took so long for its last write is quick enough to lead with. Default: always. */
  readonly isQuick?: (writeTookMs: number) => boolean;
}

/**
 * Whether a leader should make way for a follower of higher priority (Raft dissertation §3.10: leadership transfer, not
 * a veto). The core has the same rule; it is decided here because user code must leave office *before* the hand-over.
 *
 * Only a follower that has everything committed and has been steady for a while: one that comes and goes must not drag
 * leadership along, and equal priorities never pass it back and forth. Nor one with a slow disk, which would hand it
 * back; and one that did not take over (its disk is full, say) is asked less and less often (`TakeoverPatience`).
 */
export class PriorityTakeover {
  private readonly steadySince = new Map<string, number>();
  private readonly patience: TakeoverPatience;
  private readonly lastWriteTookMs = new Map<string, number>();

  constructor(private readonly settings: TakeoverSettings) {
    this.patience = new TakeoverPatience(settings.stableMs);
  }

  /** To be called regularly while leading, with the progress of voters. Returns who should lead instead, or undefined. */
  heir(view: {
    readonly now: number;
    readonly progress: readonly PeerProgress[];
    readonly commitIndex: number;
    readonly members: readonly Pick<Member, 'id' | 'priority'>[];
  }): ReplicaId | undefined {
    if (this.settings.stableMs === 0) return undefined;
    const priorityOf = (id: string): number => view.members.find((member) => member.id === id)?.priority ?? 0;
    let best: { readonly peer: ReplicaId; readonly priority: number } = {
      peer: this.settings.self as ReplicaId,
      priority: priorityOf(this.settings.self),
    };
    for (const progress of view.progress) {
      const { peer } = progress;
      const priority = priorityOf(peer);
      if (this.isReady(progress, view) && priority > best.priority) best = { peer, priority };
    }
    return best.peer === this.settings.self ? undefined : best.peer;
  }

  /** It was offered leadership for its priority and did not take it. */
  refused(peer: ReplicaId, now: number): void {
    this.patience.refused(peer, now);
  }

  /** Somebody leads. */
  led(leader: ReplicaId, now: number): void {
    this.patience.leaderIs(leader, now);
  }

  /** Everybody has to prove itself anew: leadership changed, or a hand-over failed. */
  reset(): void {
    this.steadySince.clear();
  }

  private isReady(
    { peer, lastContactAt, matchIndex, state, lastWriteTookMs }: PeerProgress,
    { now, commitIndex }: { readonly now: number; readonly commitIndex: number },
  ): boolean {
    const { gapMs, isQuick = () => true } = this.settings;
    // Each slow write counts once: where nothing more is written, a slow disk does no harm, and may have been mended.
    const wasSlow = !isQuick(lastWriteTookMs) && this.lastWriteTookMs.get(peer) !== lastWriteTookMs;
    this.lastWriteTookMs.set(peer, lastWriteTookMs);
    if (lastContactAt === undefined || now - lastContactAt >= gapMs || wasSlow) {
      this.steadySince.delete(peer);
      return false;
    }
    const since = this.steadySince.get(peer) ?? now;
    this.steadySince.set(peer, since);
    return now - since >= this.patience.neededMs(peer, now) && state === 'replicate' && matchIndex >= commitIndex;
  }
}
