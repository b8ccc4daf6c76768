import {
  type CommittedEntry,
  Election,
  type ElectionState,
  type Fence,
  IndeterminateError,
  NotLeaderError,
  type Outcome,
  type ReadConsistency,
  ReplicatedLog,
} from '@quorumkit/leader';
import { Logger } from '@nestjs/common';
import { EMPTY } from 'rxjs';
import { CatalogReachability } from '../debits/catalog-reachability.js';
import { DebitPump } from '../debits/debit-pump.js';
import type { OrderCommand, OrderResult } from '../ledger/order-command.js';
import { OrderStateMachine } from '../ledger/order-state-machine.js';
import { Office } from '../office/office.js';
import { type AdmissionOptions, admissionOptionsDefault } from '../placing/admission-options.js';
import { PlaceOrder } from '../placing/place-order.js';
import { FindOrder } from '../querying/find-order.js';
import { SettlementWaiters } from '../settlement/settlement-waiters.js';
import { CatalogClient } from '@toystore/contracts';
import type { FakeCatalog } from './fake-catalog.js';

// Faults are logged, and here they are the rule.
Logger.overrideLogger(false);

/** Where a proposal can be hit: before a majority has it, or after that and before its leader knows. */
export type LogPoint = `${OrderCommand['kind']}.${'proposed' | 'committed'}`;

/**
 * An order group whose consensus is a script: one committed log, and a leader that is whoever the test says. Obeys the
 * contracts of `Election` and `ReplicatedLog`, and stops at every point at which a real one can be hurt.
 */
export class ScriptedGroup {
  readonly entries: CommittedEntry<OrderCommand>[] = [];
  /** The living ones. */
  readonly replicas: ScriptedReplica[] = [];
  private readonly everyReplica: ScriptedReplica[] = [];
  leader: ScriptedReplica | undefined;
  term = 0;
  /** Log time, ms. */
  time = 1_000;
  /** Called at each point of each proposal, with the replica that proposed. */
  at: (point: LogPoint, replica: ScriptedReplica) => void | Promise<void> = () => undefined;

  constructor(
    readonly catalog: FakeCatalog,
    readonly admission: AdmissionOptions = admissionOptionsDefault,
  ) {}

  addReplica(id: string): ScriptedReplica {
    const replica = new ScriptedReplica(id, this);
    this.replicas.push(replica);
    this.everyReplica.push(replica);
    return replica;
  }

  /** Makes a replica lead a new term; the old leader, if it lives, is deposed and knows it. */
  async elect(replica: ScriptedReplica): Promise<void> {
    const deposed = this.leader;
    this.term += 1;
    this.leader = replica;
    replica.catchUp();
    await deposed?.settleOffice();
    await replica.settleOffice();
  }

  /** Ends a replica in the middle of whatever it does: nothing that it still does has any effect. */
  crash(replica: ScriptedReplica): void {
    if (!replica.isAlive) return;
    replica.isAlive = false;
    replica.pump.stop();
    this.replicas.splice(this.replicas.indexOf(replica), 1);
    if (this.leader === replica) this.leader = undefined;
  }

  /** Ends everything; after a test nothing goes on. */
  end(): void {
    for (const replica of this.everyReplica) {
      this.crash(replica);
      replica.waiters.shortenDeadlines(0);
    }
  }

  /** Lets every living replica apply what is committed. */
  catchUp(): void {
    for (const replica of this.replicas) replica.catchUp();
  }

  async propose(replica: ScriptedReplica, command: OrderCommand): Promise<Outcome<OrderResult>> {
    const term = this.term;
    if (this.leader !== replica) throw new NotLeaderError(replica.id, undefined, this.term);
    await this.at(`${command.kind}.proposed`, replica);
    if (!replica.isAlive) return never();
    // A leader that was deposed before a majority had the entry does not know what becomes of it: here it is lost.
    if (this.leader !== replica) throw new IndeterminateError(this.entries.length + 1, term, 'leadershipLost');
    const index = this.entries.length + 1;
    this.entries.push({ index, term, time: this.time, command });
    await this.at(`${command.kind}.committed`, replica);
    if (!replica.isAlive) return never();
    replica.catchUp();
    return { index, term, result: replica.resultAt(index), replayed: false };
  }
}

/** One replica: the real use cases over the scripted consensus. */
export class ScriptedReplica {
  readonly machine = new OrderStateMachine();
  readonly waiters = new SettlementWaiters(this.machine);
  readonly reachability = new CatalogReachability();
  readonly election: Election;
  readonly pump: DebitPump;
  readonly office: Office;
  readonly placeOrder: PlaceOrder;
  readonly findOrder: FindOrder;
  isAlive = true;
  private readonly results = new Map<number, OrderResult>();
  private applied = 0;
  /** The term of the office that it holds. */
  private held: number | undefined;
  private officeWork = Promise.resolve();

  constructor(
    readonly id: string,
    readonly group: ScriptedGroup,
  ) {
    const log = new ScriptedLog(this);
    this.election = new ScriptedElection(this);
    const options = { batchMax: 64, timeoutMs: 60_000, probeTimeoutMs: 60_000, retry: { firstMs: 1, maxMs: 2 } };
    const catalog = new CatalogClient(group.catalog.transport);
    this.pump = new DebitPump(this.machine, log, this.election, catalog, this.reachability, options);
    this.office = new Office(this.election, this.pump, this.waiters);
    this.placeOrder = new PlaceOrder(this.machine, log, this.office, this.waiters, this.reachability, group.admission);
    this.findOrder = new FindOrder(this.machine, log);
  }

  get isLeader(): boolean {
    return this.isAlive && this.group.leader === this;
  }

  get appliedIndex(): number {
    return this.applied;
  }

  /**
   * Leaves and takes office until it fits who leads, as the contract of the hooks says: one term of office after the other,
   * never two at once, whatever leadership does meanwhile.
   */
  settleOffice(): Promise<void> {
    return this.workOnOffice(async () => {
      if (this.held !== undefined && this.held !== this.termLed) await this.leave();
      const term = this.termLed;
      if (term === undefined || this.held === term) return;
      this.held = term;
      this.office.take({ group: 'orders', term });
    });
  }

  /** Leaves office while it still leads, on purpose. */
  leaveOffice(): Promise<void> {
    return this.workOnOffice(() => this.leave());
  }

  private get termLed(): number | undefined {
    return this.isLeader ? this.group.term : undefined;
  }

  private workOnOffice(work: () => Promise<void>): Promise<void> {
    this.officeWork = this.officeWork.then(() => (this.isAlive ? work() : undefined));
    return this.officeWork;
  }

  private async leave(): Promise<void> {
    await this.office.leave();
    this.held = undefined;
  }

  catchUp(): void {
    for (let entry = this.group.entries[this.applied]; entry !== undefined; entry = this.group.entries[this.applied]) {
      this.applied = entry.index;
      this.results.set(entry.index, this.machine.apply(entry));
    }
  }

  /** Takes the state of another replica as a snapshot instead of applying entries. */
  installSnapshotOf(other: ScriptedReplica): void {
    this.applied = other.applied;
    this.machine.restore(JSON.parse(JSON.stringify(other.machine.snapshot())));
  }

  resultAt(index: number): OrderResult {
    const result = this.results.get(index);
    if (result === undefined) throw new Error(`${this.id} has not applied entry ${index}.`);
    return result;
  }
}

class ScriptedLog extends ReplicatedLog<OrderCommand, OrderResult> {
  readonly committed$ = () => EMPTY;

  constructor(private readonly replica: ScriptedReplica) {
    super();
  }

  propose(command: OrderCommand): Promise<Outcome<OrderResult>> {
    return this.replica.group.propose(this.replica, command);
  }

  async read<T>(fn: () => T, { consistency }: { consistency: ReadConsistency }): Promise<T> {
    if (consistency === 'linearizable') {
      if (!this.replica.isLeader) throw new NotLeaderError(this.replica.id, undefined, this.replica.group.term);
      this.replica.catchUp();
    }
    return fn();
  }

  async waitFor(): Promise<void> {
    this.replica.catchUp();
  }

  get appliedIndex(): number {
    return this.replica.appliedIndex;
  }

  get commitIndex(): number {
    return this.replica.group.entries.length;
  }
}

class ScriptedElection extends Election {
  readonly state$ = EMPTY;
  readonly role$ = EMPTY;
  readonly leader$ = EMPTY;

  constructor(private readonly replica: ScriptedReplica) {
    super();
  }

  state(): ElectionState {
    const { id, isLeader, group, appliedIndex } = this.replica;
    const role = isLeader ? 'leader' : 'follower';
    const { term, leader, entries } = group;
    return {
      group: 'orders',
      id,
      role,
      term,
      leader: leader?.id,
      leaderUrl: undefined,
      inOffice: isLeader,
      lastLogIndex: entries.length,
      lastLogTerm: term,
      commitIndex: entries.length,
      appliedIndex,
      transferringTo: undefined,
    };
  }

  isLeader(): boolean {
    return this.replica.isLeader;
  }

  async verifyLeader(): Promise<Fence> {
    if (!this.replica.isLeader) throw new NotLeaderError(this.replica.id, undefined, this.replica.group.term);
    return { group: 'orders', term: this.replica.group.term };
  }

  nominate(): void {
    void this.replica.group.elect(this.replica);
  }

  async transferLeadership(to?: string): Promise<void> {
    const heir = this.replica.group.replicas.find(({ id }) => id === to);
    if (heir !== undefined) await this.replica.group.elect(heir);
  }

  async resign(): Promise<void> {
    if (!this.replica.isLeader) return;
    await this.replica.leaveOffice();
    if (this.replica.isLeader) this.replica.group.leader = undefined;
  }
}

/** What a process that has ended still owes. */
function never<T>(): Promise<T> {
  return new Promise<T>(() => undefined);
}
