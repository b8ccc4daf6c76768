import type { Effects, RaftStatus, Role } from './effect.js';
import type { Entry, HardState, Snapshot, StoredState } from './entry.js';
import type { Campaign } from './election/campaign.js';
import { ElectionClock } from './election/election-clock.js';
import type { LogIndex, ReplicaId, Term } from './ids.js';
import { invariant } from './invariant.js';
import type { Leadership } from './leadership/leadership.js';
import { TakeoverPatience } from './leadership/takeover-patience.js';
import { Durability } from './log/durability.js';
import { LogView } from './log/log-view.js';
import { initialConfiguration, memberOf, votersOf, type Configuration } from './membership/configuration.js';
import { Membership } from './membership/membership.js';
import type { Message, ResponseMessage } from './message.js';
import type { RaftOptions } from './options.js';
import { Outbox } from './outbox.js';
import { Prng } from './prng.js';
import { majorityOf } from './quorum.js';
import type { IncomingSnapshot } from './snapshot/incoming-snapshot.js';
import type { TraceEvent } from './trace.js';

const noEntries: readonly Entry[] = Object.freeze([]);

/** Everything one replica knows. The rules that read and change it are in the folders, one file a rule. */
export class RaftState {
  readonly id: ReplicaId;
  /** Which store of this member this process runs on: see `StoredState.storeId`. */
  readonly storeId: number;
  readonly membership: Membership;
  /** The other voters of the configuration in force. */
  voterPeers: readonly ReplicaId[] = [];
  /** Of the voters of the configuration in force. */
  majority = 1;
  /** The configuration in force names this replica, on this store, as a voter. */
  isVoter = false;
  /**
   * Also whoever is being removed, or made a learner, may stand for election until that is committed (dissertation
   * §4.2.2): perhaps it alone has the entry that says so. Its own vote then counts for nothing.
   */
  mayCampaign = false;
  private isRecovering = false;
  private voters: readonly ReplicaId[] = [];
  private learners: readonly ReplicaId[] = [];
  readonly prng: Prng;
  readonly log: LogView;
  readonly durability: Durability;
  readonly election: ElectionClock;
  readonly takeoverPatience: TakeoverPatience;

  role: Role;
  leader: ReplicaId | undefined;
  commitIndex: LogIndex;
  /** Present while preCandidate or candidate. */
  campaign: Campaign | undefined;
  /** Present while leader. */
  leadership: Leadership | undefined;
  incomingSnapshot: IncomingSnapshot | undefined;

  /** The driver's clock at this step; never goes back. */
  now: number;
  out = new Outbox();

  private hardState: HardState;
  /** Of the last request that was sent, whatever it was; ids rise. */
  lastRequestId = 0;
  private handedOutIndex: LogIndex;
  private announced: Announced;

  constructor(
    readonly options: RaftOptions,
    stored: StoredState,
    now: number,
  ) {
    this.id = options.id;
    this.storeId = stored.storeId ?? 0;
    this.prng = new Prng(options.seed);
    this.now = now;
    this.hardState = stored.hardState;
    this.log = new LogView(stored.snapshot, stored.entries);
    this.membership = new Membership(initialConfiguration(options), stored);
    invariant(
      this.log.lastTerm <= stored.hardState.term,
      () =>
        `a log with entries of term ${this.log.lastTerm} needs a stored term at least as high, got ${stored.hardState.term}`,
    );
    this.durability = new Durability(this.log.lastIndex);
    this.commitIndex = (stored.snapshot?.index ?? 0) as LogIndex;
    this.handedOutIndex = this.commitIndex;
    this.election = new ElectionClock(options, this.prng);
    this.takeoverPatience = new TakeoverPatience(options.priorityTakeoverStableMs);
    this.takeConfiguration();
    this.role = this.passiveRole;
    this.election.start(now);
    this.announced = announcedOf(this);
  }

  get term(): Term {
    return this.hardState.term;
  }

  get votedFor(): ReplicaId | undefined {
    return this.hardState.votedFor;
  }

  get configuration(): Configuration {
    return this.membership.current;
  }

  /** What a replica is that neither leads nor campaigns. */
  get passiveRole(): 'follower' | 'learner' {
    return this.isVoter ? 'follower' : 'learner';
  }

  /** The group knows another store under this replica's name: what that one promised, this one has forgotten. */
  get hasLostStore(): boolean {
    const own = memberOf(this.configuration, this.id);
    return own !== undefined && own.storeId !== this.storeId;
  }

  /** The membership entry in force, if it is not committed. */
  get pendingChange(): LogIndex | undefined {
    return this.membership.index > this.commitIndex ? this.membership.index : undefined;
  }

  priorityOf(id: ReplicaId): number {
    return memberOf(this.configuration, id)?.priority ?? 0;
  }

  /** Does this answer come from a voter, and from the store that the configuration in force names? */
  speaksForVoter(from: ReplicaId, answer: ResponseMessage): boolean {
    const member = memberOf(this.configuration, from);
    return member?.kind === 'voter' && member.storeId === (answer.storeId ?? 0);
  }

  beginStep(now: number): void {
    if (now > this.now) this.now = now;
    this.out = new Outbox();
  }

  finishStep(): Effects {
    const committed = this.takeCommitted();
    const status = this.takeChangedStatus();
    const sequence = this.out.needsPersist ? this.durability.issue(this.log.lastIndex, this.now) : 0;
    return this.out.toEffects({ sequence, committed, status });
  }

  /** Raft figure 2: both must be on disk before anything that depends on them leaves this replica. */
  setHardState(hardState: HardState): void {
    invariant(hardState.term >= this.term, () => `terms never fall: ${hardState.term} after ${this.term}`);
    invariant(
      hardState.term > this.term || this.votedFor === undefined || hardState.votedFor === this.votedFor,
      () => `one vote a term: term ${this.term} went to ${this.votedFor}, not ${hardState.votedFor}`,
    );
    this.hardState = hardState;
    this.out.hardState = hardState;
    this.durability.hardStateChanged();
  }

  appendEntries(entries: readonly Entry[]): void {
    this.log.append(entries);
    this.out.persistEntries(entries);
    if (this.membership.appended(entries)) this.configurationChanged();
  }

  truncateLog(from: LogIndex): void {
    invariant(
      from > this.commitIndex,
      () => `committed entries are never removed: cut at ${from}, committed ${this.commitIndex}`,
    );
    this.log.truncateFrom(from);
    this.durability.truncatedFrom(from);
    this.out.truncateFrom = from;
    this.trace({ kind: 'logTruncated', from, term: this.term });
    if (this.membership.truncatedFrom(from)) this.configurationChanged();
  }

  commitThrough(index: LogIndex): void {
    invariant(
      index <= this.log.lastIndex,
      () => `only existing entries can be committed: ${index} is after ${this.log.lastIndex}`,
    );
    if (index <= this.commitIndex) return;
    const wasPending = this.pendingChange !== undefined;
    this.commitIndex = index;
    if (wasPending) this.takeConfiguration();
  }

  /** A snapshot stands for everything through its index: the driver restores it instead of applying entries. */
  restored(snapshot: Snapshot, { keptSuffix }: { readonly keptSuffix: boolean }): void {
    this.commitIndex = snapshot.index;
    this.handedOutIndex = snapshot.index;
    this.membership.installed(snapshot, { keptSuffix });
    this.configurationChanged();
  }

  private configurationChanged(): void {
    this.takeConfiguration();
    this.leadership?.reconfigure(this.configuration, { now: this.now, nextIndex: this.log.lastIndex });
    if (this.leadership === undefined) this.role = this.passiveRole;
    if (this.mayCampaign) this.election.joinIn(this.now);
    this.trace({
      kind: 'configurationChanged',
      index: this.membership.index,
      members: this.configuration.members,
    });
  }

  private takeConfiguration(): void {
    const { id, configuration } = this;
    const voters = votersOf(configuration);
    const own = memberOf(configuration, id);
    this.isVoter = own?.kind === 'voter' && own.storeId === this.storeId;
    this.isRecovering = own !== undefined && (own.kind === 'returning' || own.storeId !== this.storeId);
    this.mayCampaign = this.membership.possibleAfter(this.commitIndex).some((possible) => {
      const member = memberOf(possible, id);
      return member?.kind === 'voter' && member.storeId === this.storeId;
    });
    this.voters = voters.map((voter) => voter.id);
    this.learners = configuration.members.filter((member) => member.kind !== 'voter').map((member) => member.id);
    this.voterPeers = this.voters.filter((voter) => voter !== id);
    this.majority = majorityOf(voters.length);
    const last = this.isVoter ? [] : [{ id, priority: 0 }];
    this.election.rank(this.mayCampaign ? [...voters, ...last] : []);
  }

  nextRequestId(): number {
    this.lastRequestId += 1;
    return this.lastRequestId;
  }

  /**
   * No message leaves before the term (and vote) that it speaks for is durable, nor before batch `after`: what a
   * restart could forget must not have been said.
   */
  send(to: ReplicaId, unsigned: Message, after = 0): void {
    const message = this.signed(unsigned);
    const needed = Math.max(after, this.durability.hardStateSequence);
    if (this.durability.isDurable(needed)) this.out.send({ from: this.id, to, message });
    else this.out.sendAfter({ from: this.id, to, message, after: needed });
  }

  /**
   * For messages that promise nothing a restart could break: pre-votes, and, to a leader of the current term, answers
   * to heartbeats and the news that the logs differ. They must not wait for the disk, or a slow disk would look like a dead process.
   *
   * Why an answer in a term that is not durable yet is harmless: (1) leader A of term 7 was elected by a majority that
   * has term 7 on disk. (2) B answers A's heartbeat, crashes, and comes back in term 6. (3) An older leader C of term
   * 6 can now have B's confirmation and votes, but every majority shares a member with (1), which refuses term 6.
   */
  sendAtOnce(to: ReplicaId, message: Message): void {
    this.out.send({ from: this.id, to, message: this.signed(message) });
  }

  /** Every answer says which store gives it. */
  private signed(message: Message): Message {
    return this.storeId !== 0 && isResponse(message) ? { ...message, storeId: this.storeId } : message;
  }

  trace(event: TraceEvent): void {
    this.out.trace(event);
  }

  drop(from: ReplicaId, message: Message, why: string): void {
    this.trace({ kind: 'messageDropped', from, messageKind: message.kind, why });
  }

  status(): RaftStatus {
    return {
      id: this.id,
      role: this.role,
      term: this.term,
      leader: this.leader,
      votedFor: this.votedFor,
      firstLogIndex: this.log.firstIndex,
      lastLogIndex: this.log.lastIndex,
      lastLogTerm: this.log.lastTerm,
      commitIndex: this.commitIndex,
      committedInTerm: this.leadership?.committedInTerm ?? false,
      leaseUntil: this.leadership?.leaseUntil(this.now) ?? 0,
      transferringTo: this.leadership?.transfer?.target,
      members: this.configuration.members,
      voters: this.voters,
      learners: this.learners,
      pendingChange: this.pendingChange,
      recovering: this.isRecovering,
    };
  }

  private takeCommitted(): readonly Entry[] {
    if (this.commitIndex === this.handedOutIndex) return noEntries;
    const entries = this.log.slice(this.handedOutIndex + 1, this.commitIndex + 1);
    invariant(
      entries.length === this.commitIndex - this.handedOutIndex,
      'every committed entry is handed out exactly once',
    );
    this.handedOutIndex = this.commitIndex;
    return entries;
  }

  private takeChangedStatus(): RaftStatus | undefined {
    const { announced } = this;
    const transferringTo = this.leadership?.transfer?.target;
    const committedInTerm = this.leadership?.committedInTerm ?? false;
    const same =
      announced.role === this.role &&
      announced.term === this.term &&
      announced.leader === this.leader &&
      announced.committedInTerm === committedInTerm &&
      announced.transferringTo === transferringTo &&
      announced.members === this.configuration.members &&
      announced.pendingChange === this.pendingChange;
    if (same) return undefined;
    this.announced = announcedOf(this);
    return this.status();
  }
}

/** The facts whose change a driver is told of. */
type Announced = Pick<
  RaftStatus,
  'role' | 'term' | 'leader' | 'committedInTerm' | 'transferringTo' | 'members' | 'pendingChange'
>;

function announcedOf(raft: RaftState): Announced {
  return {
    role: raft.role,
    term: raft.term,
    leader: raft.leader,
    committedInTerm: raft.leadership?.committedInTerm ?? false,
    transferringTo: raft.leadership?.transfer?.target,
    members: raft.configuration.members,
    pendingChange: raft.pendingChange,
  };
}

function isResponse(message: Message): message is ResponseMessage {
  return message.kind.endsWith('Response');
}
