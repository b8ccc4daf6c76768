import type { MemberOptions } from '../group/group-options.js';
import type { Clock } from '../runtime/clock.js';
import { type LeaderDecision, decideLeader } from './decide-leader.js';
import type { DirectoryEvent, Leader } from './directory-options.js';
import { everybodyIn, votersIn } from './known-members.js';
import type { MemberCalls } from './member-calls.js';
import type { MemberQuestions } from './member-questions.js';
import type { MemberReply } from './member-status.js';

export interface SearchSettings {
  readonly pollIntervalMs: number;
  readonly probeTimeoutMs: number;
  readonly nominationIntervalMs: number;
}

/** A number in [0, 1). */
export type Random = () => number;

const believedMs = 200;
/** How long a member may keep the others waiting: one that hangs must not delay what the others agree on. */
const settleMs = 60;
/** Replicas that notice a dead leader themselves elect within this time; a nomination would only get in their way. */
const patienceMs = 60;
/** A nominee that has refused, or has not become leader, is passed over for so long. */
const passOverMs = 1000;
const pollGrowth = 1.3;
const pollGrowthMax = 10;

type Nomination = Extract<LeaderDecision, { kind: 'nominate' }>;

/**
 * One search for the leader: asks everybody known, adopts or nominates, again until there is one. Two searches from
 * different frontends do not disturb each other: nominations are paced with jitter and wait for campaigns in progress.
 */
export class LeaderSearch {
  private readonly passedOver = new Map<string, number>();
  private nominatedAt = -Infinity;
  private leaderlessSince: number | undefined;
  private cancelled = false;

  constructor(
    private readonly settings: SearchSettings,
    private readonly questions: MemberQuestions,
    private readonly calls: MemberCalls,
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly trace: (event: DirectoryEvent) => void,
  ) {}

  /**
   * Resolves with a leader that `isAcceptable`; undefined when cancelled.
   *
   * @param newestTerm called for each round: leaders of older terms do not count
   * @param beginRound called when a round of questions begins: its answers are at least as new as that moment
   */
  async find(
    newestTerm: () => number,
    beginRound: () => (leader: Leader) => boolean,
    suspect: () => string | undefined,
  ): Promise<Leader | undefined> {
    this.cancelled = false;
    this.leaderlessSince = undefined;
    const startedAt = this.clock.now();
    for (let round = 0; !this.cancelled; round++) {
      const isAcceptable = beginRound();
      const decision = await this.ask(newestTerm());
      if (this.cancelled) return undefined;
      if (decision.kind === 'adopt') {
        const leader = this.leaderOf(decision);
        if (leader !== undefined && isAcceptable(leader)) {
          this.tell(decision);
          this.trace({ kind: 'adopted', leader, searchedMs: this.clock.now() - startedAt });
          return leader;
        }
      } else if (decision.kind === 'nominate') {
        await this.considerNomination(decision, suspect());
      } else {
        this.trace({ kind: 'waiting', why: decision.why });
      }
      await this.sleep(this.settings.pollIntervalMs * Math.min(pollGrowth ** Math.max(0, round - 40), pollGrowthMax));
    }
    return undefined;
  }

  cancel(): void {
    this.cancelled = true;
  }

  /**
   * Decides as soon as the replies allow: a leader at once, the rest when all voters have answered or time is up. Whoever
   * a reply makes known is asked in the same round.
   */
  private ask(newestTerm: number): Promise<LeaderDecision> {
    const asked = new Set<string>();
    const replies = new Map<string, MemberReply>();
    return new Promise((resolve) => {
      const decide = (): LeaderDecision =>
        decideLeader({ voters: votersIn(this.questions.known), replies, newestTerm, believedMs });
      const conclude = (decision: LeaderDecision): void => {
        isConcluded = true;
        timer.cancel();
        resolve(decision);
      };
      const replied = (member: MemberOptions, reply: MemberReply): void => {
        if (reply.kind !== 'status')
          this.trace({ kind: 'memberFailed', member: member.id, what: 'status', why: reply.why });
        if (isConcluded) return;
        replies.set(member.id, reply);
        askEverybody();
        const early = decide();
        if (early.kind === 'adopt' || votersIn(this.questions.known).every(({ id }) => replies.has(id)))
          conclude(early);
      };
      const askEverybody = (): void => {
        for (const member of everybodyIn(this.questions.known)) {
          if (asked.has(member.id)) continue;
          asked.add(member.id);
          void this.questions.ask(member).then((reply) => replied(member, reply));
        }
      };
      let isConcluded = false;
      const timer = this.clock.setTimer(this.clock.now() + settleMs, () => conclude(decide()));
      askEverybody();
    });
  }

  private async considerNomination(decision: Nomination, suspect: string | undefined): Promise<void> {
    const now = this.clock.now();
    this.leaderlessSince ??= now;
    const { nominationIntervalMs } = this.settings;
    const pauseMs = nominationIntervalMs * (1 + this.random() / 2);
    if (now - this.leaderlessSince < patienceMs || now - this.nominatedAt < pauseMs) return;
    for (const [id, until] of this.passedOver) if (until <= now) this.passedOver.delete(id);
    for (const nominee of decision.candidates) {
      if (this.passedOver.has(nominee)) continue;
      // Whoever does not lead when the next nomination is due has had its chance.
      this.passedOver.set(nominee, now + passOverMs);
      if (await this.nominate(nominee, decision, suspect)) return;
    }
    this.passedOver.clear();
  }

  // The others forget first: a pre-vote that comes before that would be refused.
  private async nominate(
    nominee: string,
    { observedTerm, reachable }: Nomination,
    suspect: string | undefined,
  ): Promise<boolean> {
    const { probeTimeoutMs } = this.settings;
    const nomination = { observedTerm, nominee, ...(suspect !== undefined && { suspect }) };
    const others = votersIn(this.questions.known).filter(({ id }) => id !== nominee && reachable.includes(id));
    await Promise.all(others.map((member) => this.calls.nominate(member, nomination, probeTimeoutMs)));
    const member = this.voter(nominee);
    if (member === undefined || this.cancelled) return false;
    this.nominatedAt = this.clock.now();
    const reply = await this.calls.nominate(member, nomination, probeTimeoutMs);
    this.trace(
      reply.kind === 'accepted'
        ? { kind: 'nominated', nominee, observedTerm }
        : { kind: 'nominationRefused', nominee, why: reply.why },
    );
    return reply.kind === 'accepted';
  }

  private tell({ leader, term, unaware }: Extract<LeaderDecision, { kind: 'adopt' }>): void {
    for (const id of unaware) {
      const member = this.voter(id);
      if (member === undefined) continue;
      void this.calls.hint(member, { term, leader }, this.settings.probeTimeoutMs).then((why) => {
        if (why !== undefined) this.trace({ kind: 'memberFailed', member: id, what: 'hint', why });
      });
    }
  }

  private leaderOf({ leader, term }: Extract<LeaderDecision, { kind: 'adopt' }>): Leader | undefined {
    const member = this.voter(leader);
    return member && Object.freeze({ id: leader, url: member.url, term });
  }

  /** Undefined when a later answer has told that it is none any more. */
  private voter(id: string): MemberOptions | undefined {
    return votersIn(this.questions.known).find((member) => member.id === id);
  }

  private sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.setTimer(this.clock.now() + ms, resolve));
  }
}
