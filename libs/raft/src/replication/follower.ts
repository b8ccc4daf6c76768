import type { LogIndex, ReplicaId } from '../ids.js';
import type { CatchUpRound } from '../membership/catch-up.js';
import type { Member } from '../membership/configuration.js';
import type { OutgoingSnapshot } from '../snapshot/outgoing-snapshot.js';

/** An append or snapshot request on its way. */
export interface InflightRequest {
  readonly requestId: number;
  readonly sentAt: number;
  readonly prevIndex: LogIndex;
  /** The last entry it carries; `prevIndex` when it carries none. */
  readonly lastIndex: LogIndex;
  /** The follower had confirmed everything before it when it was sent: a conflict can then only mean lost data. */
  readonly followsMatch: boolean;
}

/** Of an answer: the store that gives it, and what it answers. */
export interface FromStore {
  readonly storeId?: number | undefined;
  readonly requestId: number;
}

const heartbeatsRemembered = 32;
const givenUpRemembered = 32;
/** However far its answers are: a request that was lost is repeated at the latest after so many times `retransmitAfterMs`. */
const patienceFactorMax = 64;
const doublingsMax = 3;
const writesRemembered = 64;

/**
 * What a leader knows about one follower.
 *
 * - `probe`: where its log agrees is not known; one request at a time, at `nextIndex`, until one succeeds.
 * - `replicate`: it agrees; requests are pipelined and `nextIndex` runs ahead of the answers.
 * - `snapshot`: what it needs next is compacted; a snapshot is on its way, one chunk at a time.
 */
export class Follower {
  state: 'probe' | 'replicate' | 'snapshot' = 'probe';
  matchIndex = 0 as LogIndex;
  nextIndex: LogIndex;
  /** Oldest first. */
  inflight: InflightRequest[] = [];
  /** Counted as lost since; an answer that comes all the same tells how long answers take. Oldest first. */
  private givenUp: InflightRequest[] = [];
  /** How often in a row something was given up without an answer. */
  private timesGivenUp = 0;
  /** How long the last answer took, be it for the way or for the disk. */
  private answerTookMs = 0;
  /** Wait for the answers to what is on its way: one of them came out of order, or a request before it was lost. */
  holdUntilAnswered = false;
  outgoingSnapshot: OutgoingSnapshot | undefined;
  /** How long it took to confirm what it was sent last: whoever is slow to write is slow to be elected. */
  lastWriteTookMs = Number.POSITIVE_INFINITY;
  /** What it was sent and has not confirmed, oldest first; kept while requests are given up as lost and repeated. */
  private writing: { readonly lastIndex: LogIndex; readonly sentAt: number }[] = [];
  /** The commit index it was last told. */
  commitSent = 0;

  /** What the configuration in force says about it; undefined while its removal is not committed. */
  member: Member | undefined;
  /** The store that answers; undefined before the first answer in this leadership. */
  storeId: number | undefined;
  /** The last request that was sent, to anybody, before that store was first heard from. */
  private sentBeforeStore = 0;
  /** Of a learner: see catch-up.ts. */
  round: CatchUpRound | undefined;
  lastRoundTookMs = Number.POSITIVE_INFINITY;

  /** When an answer last came; at first when this leadership began, so that followers get time to answer at all. */
  lastContactAt: number;
  answeredOnce = false;
  /** It was silent, or its process went, and it is back: does it still have what it had confirmed? The next request asks. */
  isBackUnasked = false;
  /** Since when it has been in contact without a gap; undefined while it is not. */
  steadySince: number | undefined;
  /** The latest sending time and the highest id among the requests it has answered in this term. */
  confirmedSentAt = Number.NEGATIVE_INFINITY;
  confirmedRequestId = 0;
  private readonly heartbeats: { readonly requestId: number; readonly sentAt: number }[] = [];

  constructor(
    readonly peer: ReplicaId,
    from: { readonly now: number; readonly nextIndex: LogIndex },
  ) {
    this.nextIndex = from.nextIndex;
    this.lastContactAt = from.now;
  }

  /** It answers from another store than the one that is a member: see returning.ts. */
  get hasLostStore(): boolean {
    return this.member !== undefined && this.storeId !== undefined && this.storeId !== this.member.storeId;
  }

  /**
   * Is this answer perhaps left over from a store that the known one has replaced? A member has one store at a time, so
   * once one has been heard from, only itself or a later one can answer what is sent after that. What was sent before and
   * is answered from another store says nothing about which of the two is the later one; the next answers will.
   *
   * Ids of stores are compared for equality only: they may come from clocks that go back, or from dice.
   */
  mayBeReplaced({ storeId = 0, requestId }: FromStore): boolean {
    return this.storeId !== undefined && storeId !== this.storeId && requestId <= this.sentBeforeStore;
  }

  /** An answer has come that is not left over. Another store than before knows nothing of what the one before it had. */
  heardFromStore({ storeId = 0 }: FromStore, lastRequestId: number): void {
    if (storeId === this.storeId) return;
    if (this.storeId !== undefined) {
      this.lostItsLog();
      this.probeAt(this.nextIndex);
    }
    this.storeId = storeId;
    this.sentBeforeStore = lastRequestId;
  }

  heartbeatSent(requestId: number, sentAt: number): void {
    if (this.heartbeats.length >= heartbeatsRemembered) this.heartbeats.shift();
    this.heartbeats.push({ requestId, sentAt });
  }

  get heartbeatsUnderWay(): number {
    return this.heartbeats.length;
  }

  /** @returns false when no heartbeat waits for this answer: late, duplicated or never asked. */
  heartbeatAnswered(requestId: number, now: number): boolean {
    const offset = this.heartbeats.findIndex((sent) => sent.requestId === requestId);
    const sent = this.heartbeats[offset];
    if (sent === undefined) return false;
    // Older ones are lost or late; this answer says more than theirs could.
    this.heartbeats.splice(0, offset + 1);
    this.confirmed(sent, now);
    return true;
  }

  requestSent(request: InflightRequest): void {
    this.isBackUnasked = false;
    this.inflight.push(request);
    const { prevIndex, lastIndex, sentAt } = request;
    if (lastIndex > prevIndex && this.writing.length < writesRemembered) this.writing.push({ lastIndex, sentAt });
  }

  /**
   * Takes the request that an answer belongs to off the list; undefined when none waits for it, or no longer: what was
   * given up has been asked about again, and two answers would pull the search for common ground both ways.
   */
  takeInflight(requestId: number, now: number): InflightRequest | undefined {
    const sent = takeOff(this.inflight, requestId);
    if (sent !== undefined) {
      if (this.inflight.length === 0) this.holdUntilAnswered = false;
      this.answered(sent, now);
      return sent;
    }
    const late = takeOff(this.givenUp, requestId);
    if (late !== undefined) this.answered(late, now);
    return undefined;
  }

  private answered(sent: InflightRequest, now: number): void {
    this.confirmed(sent, now);
    this.timesGivenUp = 0;
    this.answerTookMs = now - sent.sentAt;
  }

  confirmed(sent: { readonly requestId: number; readonly sentAt: number }, now: number): void {
    this.lastContactAt = now;
    if (this.steadySince === undefined) {
      this.isBackUnasked = this.answeredOnce;
      this.steadySince = now;
      // It is back: what was learned about the silence before says nothing about now.
      this.timesGivenUp = 0;
      this.answerTookMs = 0;
    }
    this.answeredOnce = true;
    this.confirmedSentAt = Math.max(this.confirmedSentAt, sent.sentAt);
    this.confirmedRequestId = Math.max(this.confirmedRequestId, sent.requestId);
  }

  /** Its log is durable and equal to the leader's through here; also news from answers thought lost is good news. */
  matched(index: LogIndex, now: number): void {
    this.noteWritten(index, now);
    this.matchIndex = Math.max(this.matchIndex, index) as LogIndex;
    this.nextIndex = Math.max(this.nextIndex, this.matchIndex + 1) as LogIndex;
    if (this.state === 'probe') this.state = 'replicate';
  }

  // By index, not by request: where a disk is slower than requests are repeated, it is the repeated ones that are answered.
  private noteWritten(index: LogIndex, now: number): void {
    const pending = this.writing.findIndex((sent) => sent.lastIndex > index);
    const done = this.writing.splice(0, pending === -1 ? this.writing.length : pending);
    const oldest = done[0];
    if (oldest !== undefined) this.lastWriteTookMs = now - oldest.sentAt;
  }

  /** Looks again where its log agrees. Answers to what is on its way no longer move the search. */
  probeAt(nextIndex: number): void {
    this.state = 'probe';
    this.nextIndex = Math.max(nextIndex, this.matchIndex + 1, 1) as LogIndex;
    this.writing = [];
    this.stopWaiting();
  }

  /** It has lost entries it once confirmed (its disk was replaced): it starts over, as if it were new. */
  lostItsLog(): void {
    this.matchIndex = 0 as LogIndex;
    this.commitSent = 0;
    this.round = undefined;
    this.lastRoundTookMs = Number.POSITIVE_INFINITY;
    this.steadySince = undefined;
    this.outgoingSnapshot = undefined;
  }

  stopWaiting(): void {
    this.inflight = [];
    this.givenUp = [];
    this.holdUntilAnswered = false;
  }

  /**
   * What is on its way may be lost, or only waiting for the follower's disk. A request *after* it tells: without it the
   * follower reports a conflict at once, with it the answer comes when its disk is done. Nothing is sent twice.
   */
  doubtWhatIsUnderWay(): void {
    if (this.inflight.length === 0) return;
    if (this.state !== 'snapshot') {
      this.state = 'probe';
      const lastSent = Math.max(this.nextIndex - 1, ...this.inflight.map((sent) => sent.lastIndex));
      this.nextIndex = (lastSent + 1) as LogIndex;
    }
    this.timesGivenUp += 1;
    const givenUp = [...this.givenUp, ...this.inflight].slice(-givenUpRemembered);
    this.stopWaiting();
    this.givenUp = givenUp;
  }

  processGone(): void {
    this.lostContact();
    this.doubtWhatIsUnderWay();
  }

  lostContact(): void {
    this.steadySince = undefined;
    this.writing = [];
  }

  /**
   * When the oldest request on its way counts as lost: after `afterMs`, but not before twice the time that the last
   * answer took, and doubled while none comes (RFC 6298, 5.5). On a slow way everything would be sent many times over.
   */
  retransmitAt(afterMs: number): number {
    const oldest = this.inflight[0];
    if (oldest === undefined) return Number.POSITIVE_INFINITY;
    const patienceMs = Math.max(afterMs, 2 * this.answerTookMs) * 2 ** Math.min(this.timesGivenUp, doublingsMax);
    return oldest.sentAt + Math.min(patienceMs, patienceFactorMax * afterMs);
  }
}

function takeOff(requests: InflightRequest[], requestId: number): InflightRequest | undefined {
  const offset = requests.findIndex((sent) => sent.requestId === requestId);
  return offset === -1 ? undefined : requests.splice(offset, 1)[0];
}
