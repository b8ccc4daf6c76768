import type {
  Input,
  MembershipChange,
  PersistBatch,
  Proposal,
  RaftStatus,
  ReplicaId,
  StoredState,
  TraceEvent,
} from '@quorumkit/raft';
import { GroupStoppedError, type LeaderRef, NotLeaderError } from '../errors/leader-errors.js';
import { Candidacy } from '../election/candidacy.js';
import type { GroupMember } from '../membership/membership.js';
import { Office } from '../election/office.js';
import type { GroupConfig } from '../group/parse-group-options.js';
import type { StoreCondition } from '../log-store/log-store.js';
import type { AppliedState } from '../replicated-log/applied-state.js';
import type { Applier } from '../replicated-log/applier.js';
import { Callers } from '../replicated-log/callers.js';
import type { CommittedFeed } from '../replicated-log/committed-feed.js';
import type { Flights } from '../replicated-log/flights.js';
import type { ReadPoint } from '../replicated-log/read-rounds.js';
import { TimeStamps } from '../replicated-log/time-stamps.js';
import { AppliedLog } from './applied-log.js';
import { MakingWay } from './making-way.js';
import { MemberList } from './member-list.js';
import { openingOf } from './opening.js';
import { type DriverListener, ReplicaDriver } from './replica-driver.js';
import type { ReplicaPorts, ReplicaUser } from './replica-ports.js';
import { StatusWatch } from './status-watch.js';
import { TurnBatch } from './turn-batch.js';

/**
 * One member of one group at work: the driver with everything that hangs on it. Without Nest and without a network of
 * its own; `GroupElection` and `GroupLog` are its public faces.
 */
export class GroupReplica {
  readonly office: Office;
  /** Announces every change that `ElectionState` shows besides its indexes. */
  readonly changes: StatusWatch;
  /** For what this replica proposes. */
  readonly timeStamps: TimeStamps;
  private readonly callers: Callers;
  private readonly appliedLog: AppliedLog;
  private readonly makingWay: MakingWay;
  private readonly candidacy: Candidacy;
  private readonly turn: TurnBatch;
  private readonly memberList: MemberList;
  private resigning = false;
  private driver: ReplicaDriver | undefined;
  private raftStatus: RaftStatus | undefined;
  private lostStore = false;
  private failed = false;
  private opened = false;
  private refusal: string | undefined;

  constructor(
    readonly config: GroupConfig,
    readonly ports: ReplicaPorts,
    readonly user: ReplicaUser,
  ) {
    const { clock } = ports;
    this.changes = new StatusWatch(clock);
    this.timeStamps = new TimeStamps(clock);
    this.turn = new TurnBatch(clock, (proposals) => this.flush(proposals));
    this.callers = new Callers({
      ...config.limits,
      maxUncommittedBytes: config.raft.maxUncommittedBytes,
      now: () => clock.now(),
      notLeader: () => this.notLeader(),
      proposalEnded: (end, durationMs) => user.observer.proposalEnded?.(end, durationMs),
    });
    this.appliedLog = new AppliedLog({
      config,
      ports,
      user,
      callers: this.callers,
      driver: () => this.driver,
      progressed: () => this.candidacy.reconsider(),
      failed: (error) => this.fail(error),
    });
    this.office = new Office(config.name, user.hooks, config.limits.hookTimeoutMs, clock, {
      changed: () => this.changes.announce(),
      failed: (hook, error) => {
        user.observer.problem?.(`the ${hook} hooks of group ${config.name} failed`, error);
        if (hook === 'elected') this.stepDown('it could not take office');
      },
    });
    this.candidacy = new Candidacy(this.office, () => this.state.appliedIndex);
    this.makingWay = new MakingWay(this);
    this.memberList = new MemberList(config.members);
  }

  get state(): AppliedState {
    return this.appliedLog.state;
  }

  get applier(): Applier {
    return this.appliedLog.applier;
  }

  get feed(): CommittedFeed {
    return this.appliedLog.feed;
  }

  /** Undefined before `start` and after `stop`. */
  get status(): RaftStatus | undefined {
    return this.driver === undefined ? undefined : this.raftStatus;
  }

  /** It has stopped for good; only another process can go on. */
  get hasFailed(): boolean {
    return this.failed;
  }

  get running(): ReplicaDriver {
    if (this.driver === undefined) throw new GroupStoppedError(this.config.name);
    return this.driver;
  }

  get flights(): Flights {
    return this.callers.flights;
  }

  /** Bytes of entries that wait for the disk or for `apply`, whichever is more. */
  get backlogBytes(): number {
    return Math.max(this.driver?.unwrittenBytes ?? 0, this.applier.backlogBytes);
  }

  /** It is open, and takes part or is finding out whether it may. */
  get isOpen(): boolean {
    return this.opened && !this.failed;
  }

  /** The members as the newest configuration in this replica's log names them. */
  get members(): readonly GroupMember[] {
    return this.memberList.all;
  }

  /** Whether this group is known to have a log: what others with an empty store need to know. */
  get history(): 'unknown' | 'none' | 'some' {
    if (!this.isOpen) return 'unknown';
    if (this.driver === undefined) return 'none';
    return this.lostStore || this.driver.status().lastLogIndex > 0 ? 'some' : 'none';
  }

  /** Why the application here should not lead now; undefined: nothing speaks against it. Never rejects. */
  objectionToLeading(): Promise<string | undefined> {
    return this.makingWay.fitness.objection();
  }

  get storeCondition(): StoreCondition {
    return this.makingWay.disk.condition;
  }

  /** The store has run out of space, or has some again. A leader without space makes way. */
  storeConditionChanged(condition: StoreCondition): void {
    if (condition === this.storeCondition) return;
    this.driver?.holdAppends(condition === 'full');
    this.user.observer.storage?.(condition);
    this.makingWay.conditionChanged(condition);
    this.changes.announce();
  }

  /** Recovers what the store holds, then takes part. */
  async start(): Promise<void> {
    const stored = await this.ports.store.open();
    this.opened = true;
    if (stored.snapshot !== undefined) this.appliedLog.recover(stored.snapshot);
    const opening = await openingOf(stored, {
      config: this.config,
      ports: this.ports,
      observer: this.user.observer,
      others: this.members.filter(({ id }) => id !== this.config.nodeId),
      isStopped: () => !this.opened,
    });
    if (!this.opened) return;
    if (opening.kind === 'ready') this.takePart(opening.stored);
    else this.takePartLater(opening.prepared).catch((error: unknown) => this.fail(error));
    this.changes.announce();
  }

  private async takePartLater(prepared: Promise<StoredState | undefined>): Promise<void> {
    const stored = await prepared;
    if (stored === undefined || !this.opened) return;
    this.takePart(stored);
    this.changes.announce();
  }

  private takePart(stored: StoredState): void {
    this.lostStore = stored.storeId !== undefined;
    this.driver = new ReplicaDriver(
      { ...this.config.raft, priorityTakeoverStableMs: 0, storageStallMs: 0 },
      stored,
      this.ports,
      this.listener(),
    );
    this.raftStatus = this.driver.status();
    this.membersChanged(this.raftStatus);
    if (this.storeCondition === 'full') this.driver.holdAppends(true);
    this.ports.transport.open({
      message: (from, message) => this.driver?.message(from, message),
      peerGone: (peer) => this.driver?.submit({ kind: 'peerGone', peer }),
      dropped: (event) => this.user.observer.messageDropped?.(event),
    });
    this.driver.start();
  }

  /** From now on `@OnElected` may run. */
  openOffice(): void {
    this.candidacy.admit();
  }

  /** Ends everything; callers that still wait are told that the outcome is open. */
  async stop(): Promise<void> {
    if (!this.opened) return;
    this.opened = false;
    this.end();
    await this.ports.transport.close();
    await this.ports.store.close();
  }

  /** The replica cannot keep its promises any more: it stops, and its user is told to end the process. */
  fail(error: unknown): void {
    if (this.failed) return;
    this.failed = true;
    const reason = error instanceof Error ? error : new Error(String(error));
    this.end();
    this.user.onFatal(reason);
  }

  /** While leadership is being handed over: the heir. */
  leaderRef(): LeaderRef | undefined {
    const { status } = this;
    if (status?.role === 'leader' && this.storeCondition === 'full' && status.transferringTo === undefined)
      return undefined;
    const leader = status?.transferringTo ?? status?.leader;
    const member = this.members.find(({ id }) => id === leader);
    return member === undefined ? undefined : { id: member.id, url: member.url };
  }

  notLeader(): NotLeaderError {
    return new NotLeaderError(this.config.nodeId, this.leaderRef(), this.status?.term ?? 0);
  }

  /** Queues one encoded command; what is queued in one turn is appended together. */
  enqueue(id: number, data: Uint8Array): void {
    this.turn.propose({ id, data });
  }

  /** Resolves when the change is committed and applied here. */
  async changeMembers(change: MembershipChange, deadline: number): Promise<void> {
    if (this.status?.role !== 'leader') throw this.notLeader();
    const flight = this.flights.begin(undefined, deadline, { isInternal: true });
    this.running.submit({ kind: 'changeMembership', id: flight.id, change });
    await flight.outcome;
  }

  /** Resolves when leadership was confirmed after the call. */
  confirmLeadership(deadline: number): Promise<ReadPoint> {
    const confirmed = this.callers.reads.request(deadline);
    this.turn.schedule();
    return confirmed;
  }

  /** Resolves when the entry at `index` has been applied. */
  async applied(index: number, deadline: number): Promise<void> {
    if (this.state.appliedIndex >= index) return;
    const applied = this.callers.waits.until(index, deadline);
    this.driver?.deadlineChanged();
    await applied;
  }

  /** Gives leadership up; whoever has most of the log is told, so outcomes of what was appended follow soon. */
  stepDown(reason: string): void {
    this.resigning = true;
    this.driver?.submit({ kind: 'stepDown', reason });
    this.resigning = false;
  }

  /**
   * Passes on what somebody outside the group says. Returns why it is not believed, or undefined when it is acted upon.
   */
  hint(input: Extract<Input, { kind: 'forgetLeader' | 'nominate' }>): string | undefined {
    this.refusal = undefined;
    if (this.isOpen && this.driver === undefined) return 'it does not know yet whether its group is new';
    if (input.kind === 'nominate' && this.storeCondition === 'full') return 'its disk is full';
    this.running.submit(input);
    return this.refusal;
  }

  /** Answers but does not campaign any more; the last step before `stop`. */
  quiesce(): void {
    this.driver?.quiesce();
  }

  /** Resolves when no proposal waits for its outcome, or at the deadline. */
  async idle(deadline: number): Promise<void> {
    while (this.flights.size > 0 && this.ports.clock.now() < deadline) {
      const nextLook = Math.min(deadline, this.ports.clock.now() + 5);
      await new Promise<void>((resolve) => this.ports.clock.setTimer(nextLook, resolve));
    }
  }

  private listener(): DriverListener {
    const { observer } = this.user;
    return {
      accepted: (proposals) => this.callers.accepted(proposals),
      rejected: (proposals) => this.callers.rejected(proposals),
      reads: (answers) => this.callers.readsAnswered(answers),
      restore: (snapshot) => this.appliedLog.restore(snapshot),
      committed: (entries) => this.applier.enqueue(entries),
      status: (status) => this.statusChanged(status),
      trace: (event: TraceEvent) => {
        if (event.kind === 'nominationRefused') this.refusal = event.why;
        observer.trace?.(event);
      },
      persisted: (durationMs: number, batch: PersistBatch) => {
        this.makingWay.disk.persisted(durationMs);
        observer.persisted?.(durationMs, batch);
      },
      fatal: (_kind, error) => this.fail(error),
      settled: () => this.settled(),
      overload: () => this.overload(),
      nextDeadline: () => this.callers.nextDeadline,
    };
  }

  private overload(): string | undefined {
    const { backlogBytesMax } = this.config.limits;
    if (this.backlogBytes < backlogBytesMax) return undefined;
    return `${this.running.unwrittenBytes} bytes wait for the disk here and ${this.applier.backlogBytes} for apply, more are not taken (backlogBytesMax = ${backlogBytesMax})`;
  }

  private flush(proposals: readonly Proposal[]): void {
    if (proposals.length > 0) this.driver?.submit({ kind: 'propose', proposals });
    const round = this.callers.reads.start();
    if (round !== undefined) this.driver?.submit({ kind: 'readIndex', id: round });
  }

  private statusChanged(status: RaftStatus): void {
    const before = this.raftStatus;
    this.raftStatus = status;
    const led = before?.role === 'leader';
    if (status.role === 'leader') this.timeStamps.leads(status.term);
    this.membersChanged(status);
    if (led && (status.role !== 'leader' || status.term !== before.term))
      this.leadershipLost(before.transferringTo, status);
    this.makingWay.statusChanged(before, status);
    this.user.observer.status?.(status);
    this.candidacy.statusChanged(status);
    this.changes.announce();
  }

  private membersChanged(status: RaftStatus): void {
    if (this.memberList.update(status.members)) this.ports.reach?.(this.members);
  }

  // After a hand-over the heir has everything that was appended, so the outcomes arrive in a moment. A leader that was
  // cut off has nothing to wait for: its callers had better ask the new one, with the same key.
  private leadershipLost(heir: ReplicaId | undefined, status: RaftStatus): void {
    if (heir !== undefined || this.resigning || status.leader !== undefined)
      this.flights.shorten(this.ports.clock.now() + this.config.limits.handoverGraceMs);
    else this.flights.abandon('leadershipLost', this.leaderRef());
  }

  private settled(): void {
    this.callers.expire(this.ports.clock.now());
    this.makingWay.consider();
  }

  private end(): void {
    this.driver?.stop();
    this.driver = undefined;
    this.candidacy.withdraw();
    this.callers.abandon(new GroupStoppedError(this.config.name));
    this.feed.complete();
    this.changes.announce();
  }
}
