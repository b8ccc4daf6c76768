import type { PeerProgress, ReplicaId } from '@quorumkit/raft';

export interface TakeoverSettings {
  readonly self: string;
  readonly members: readonly { readonly id: string; readonly priority: number }[];
  /** How long an heir must have been in contact without a gap, ms; 0: never hand over for priority. */
  readonly stableMs: number;
  /** Silence that counts as a gap, ms. */
  readonly gapMs: number;
}

/**
 * Whether a leader should make way for a follower of higher priority (Raft dissertation §3.10: leadership transfer, not
 * a veto). The core has the same rule; it is decided here because user code must leave office *before* the hand-over.
 *
 * Only a follower that has everything committed and has been steady for a while: one that comes and goes must not drag
 * leadership along, and equal priorities never pass it back and forth.
 */
export class PriorityTakeover {
  private readonly steadySince = new Map<string, number>();
  private readonly rivals: ReadonlyMap<string, number>;

  constructor(private readonly settings: TakeoverSettings) {
    const own = settings.members.find(({ id }) => id === settings.self)?.priority ?? 0;
    const higher = settings.stableMs === 0 ? [] : settings.members.filter(({ priority }) => priority > own);
    this.rivals = new Map(higher.map(({ id, priority }) => [id, priority]));
  }

  /** Nobody has a higher priority (or takeovers are off): there is never anything to decide. */
  get isIdle(): boolean {
    return this.rivals.size === 0;
  }

  /** To be called regularly while leading. Returns who should lead instead, or undefined. */
  heir(view: { readonly now: number; readonly progress: readonly PeerProgress[]; readonly commitIndex: number }): ReplicaId | undefined {
    let best: { readonly peer: ReplicaId; readonly priority: number } | undefined;
    for (const { peer, lastContactAt, matchIndex, state } of view.progress) {
      const priority = this.rivals.get(peer);
      if (priority === undefined) continue;
      if (lastContactAt === undefined || view.now - lastContactAt >= this.settings.gapMs) {
        this.steadySince.delete(peer);
        continue;
      }
      const since = this.steadySince.get(peer) ?? view.now;
      this.steadySince.set(peer, since);
      const isReady = view.now - since >= this.settings.stableMs && state === 'replicate' && matchIndex >= view.commitIndex;
      if (isReady && priority > (best?.priority ?? -1)) best = { peer, priority };
    }
    return best?.peer;
  }

  /** Everybody has to prove itself anew: leadership changed, or a hand-over failed. */
  reset(): void {
    this.steadySince.clear();
  }
}
