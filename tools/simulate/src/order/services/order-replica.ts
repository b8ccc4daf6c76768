import type {
  CommittedEntry,
  Election,
  Fence,
  Outcome,
  ProposeOptions,
  ReadConsistency,
  ReplicaStatus,
} from '@quorumkit/leader';
import { NotLeaderError, ReplicatedLog } from '@quorumkit/leader';
import type { OrderResult as FoundOrder, OrderToPlace, PlaceOrderResult } from '@toystore/contracts';
import {
  admissionOptionsDefault,
  CatalogReachability,
  DebitPump,
  FindOrder,
  Office,
  type OrderCommand,
  type OrderResult,
  OrderLedger,
  OrderStateMachine,
  PlaceOrder,
  type PlaceOrderAnswer,
  SettlementWaiters,
} from '@toystore/protocol/order';
import type { Observable } from 'rxjs';
import type { VirtualProcess } from '../world/virtual-process.js';
import { CatalogCalls } from './catalog-calls.js';
import { Disk, type DiskListener } from './disk.js';
import { type Hosted, hostGroup, memberOptions } from './group-host.js';
import { LeadershipWatch } from './leadership-watch.js';
import type { Service } from './service.js';
import { spareName, type Store, timing } from './store.js';

/** The ledger, with somebody who sees what is applied. */
class WatchedLedger extends OrderStateMachine {
  override readonly ledger: OrderLedger;
  onApplied: (entry: CommittedEntry<OrderCommand>, result: OrderResult) => void = () => undefined;

  constructor(retentionMs: number) {
    super();
    this.ledger = new OrderLedger(retentionMs);
  }

  override apply(entry: CommittedEntry<OrderCommand>): OrderResult {
    const result = super.apply(entry);
    this.onApplied(entry, result);
    return result;
  }
}

/** The log, with the points of the protocol at which its user can be hit. */
class PointedLog extends ReplicatedLog<OrderCommand, OrderResult> {
  constructor(
    private readonly real: ReplicatedLog<OrderCommand, OrderResult>,
    private readonly reach: (point: 'not proposed' | 'proposed', command: OrderCommand) => void,
  ) {
    super();
  }

  propose(command: OrderCommand, options?: ProposeOptions): Promise<Outcome<OrderResult>> {
    this.reach('not proposed', command);
    const outcome = this.real.propose(command, options);
    this.reach('proposed', command);
    return outcome;
  }

  read<T>(fn: () => T, options: { readonly consistency: ReadConsistency; readonly deadline?: number }): Promise<T> {
    return this.real.read(fn, options);
  }

  waitFor(index: number, options?: { readonly deadline?: number }): Promise<void> {
    return this.real.waitFor(index, options);
  }

  committed$(options?: { readonly from?: number }): Observable<CommittedEntry<OrderCommand>> {
    return this.real.committed$(options);
  }

  get appliedIndex(): number {
    return this.real.appliedIndex;
  }

  get commitIndex(): number {
    return this.real.commitIndex;
  }
}

/** What one life of a replica holds in memory: the protocol's own classes around a hosted group. */
interface Run {
  readonly hosted: Hosted;
  readonly machine: OrderStateMachine;
  readonly placeOrder: PlaceOrder;
  readonly findOrder: FindOrder;
  readonly office: Office;
}

/** One order replica as a virtual process. Its disk survives kills, the rest does not. */
export class OrderReplica implements Service {
  readonly process: VirtualProcess;
  readonly disk: Disk;
  private readonly leadership: LeadershipWatch;
  private run: Run | undefined;

  constructor(
    private readonly store: Store,
    readonly name: string,
  ) {
    this.process = store.world.addProcess(name);
    this.disk = new Disk(this.process);
    this.leadership = new LeadershipWatch(store, this);
  }

  get machine(): OrderStateMachine | undefined {
    return this.run?.machine;
  }

  get state(): ReturnType<Election['state']> | undefined {
    return this.run?.hosted.election.state();
  }

  /** The core's own view; undefined while it is not open. */
  get raft(): NonNullable<Hosted['group']['replica']>['status'] {
    return this.run?.hosted.group.replica?.status;
  }

  begin(): void {
    const { store, process, name } = this;
    const machine = new WatchedLedger(store.options.keys.retentionMs);
    const life = process.life;
    const isLeader = (): boolean => this.run?.office.isHeld === true;
    machine.onApplied = (entry, result) => {
      if (process.life !== life) return;
      const { ledger } = machine;
      if (!store.truth.orderApplied(name, entry, { result, hash: ledger.hash })) return;
      store.keyWatch.applied(entry, result, (key) => ledger.lookup(key, '').kind !== 'unknown');
    };
    const waiters = new SettlementWaiters(machine);
    const reachability = new CatalogReachability();
    hostGroup(
      {
        kind: store.options.host,
        group: 'orders',
        nodeId: name,
        members: store.firstMembers,
        joining: name === spareName ? { id: name, priority: store.options.group.sparePriority ?? 0 } : undefined,
        clock: process.clock(),
        store: this.disk.store(this.diskListener()),
        transport: store.peers.transport(process),
        seed: process.random.integer(1, 2 ** 31),
        tuning: store.options.group.tuning,
        stateMachine: machine,
        elected: (fence) => this.elected(fence),
        deposed: () => this.run?.office.leave(),
        fatal: (error) => {
          if (process.life === life) store.ends(this, `cannot go on: ${error.stack ?? error.message}`);
        },
      },
      (hosted) => {
        const log = new PointedLog(hosted.log as ReplicatedLog<OrderCommand, OrderResult>, (point, { kind }) =>
          store.points.reach(`${kind === 'intent' ? 'intent' : 'outcome'} ${point}`, name),
        );
        const options = {
          batchMax: 64,
          timeoutMs: timing.debitTimeoutMs,
          probeTimeoutMs: 300,
          retry: { firstMs: 20, maxMs: 200 },
        };
        const pump = new DebitPump(
          machine,
          log,
          hosted.election,
          new CatalogCalls(store, process),
          reachability,
          options,
        );
        const office = new Office(hosted.election, pump, waiters);
        const placeOrder = new PlaceOrder(machine, log, office, waiters, reachability, admissionOptionsDefault);
        this.run = { hosted, machine, placeOrder, findOrder: new FindOrder(machine, log), office };
        this.leadership.watch(hosted.election);
      },
    ).catch((error: unknown) => {
      if (process.life === life) store.ends(this, `does not start: ${String(error)}`);
    });
    machine.changes$.subscribe((change) => {
      if (process.life !== life) return;
      if (change.kind === 'restored' && this.state?.role !== 'stopped') store.count('snapshot installed');
      if (change.kind === 'settled') store.truth.orderSettled(name, change.intent, change.settlement);
      if (isLeader() && change.kind === 'opened') store.points.reach('intent committed', name);
      if (isLeader() && change.kind === 'settled') store.points.reach('outcome committed', name);
    });
  }

  lose(): void {
    this.disk.crash();
    this.run = undefined;
  }

  /** `POST /orders`. */
  async placeOrderHere({ key, name, quantity, deadlineMs }: OrderToPlace): Promise<PlaceOrderResult> {
    const { run } = this;
    if (run === undefined) return { kind: 'no_leader', detail: 'starting', retryAfterMs: undefined };
    if (run.office.isHeld) this.store.points.reach('order arrived at leader', this.name);
    const answer = await run.placeOrder.place({
      key,
      name,
      quantity,
      deadline: this.process.monotonicNow + deadlineMs,
    });
    if (answer.kind === 'placed') this.store.points.reach('order answered', this.name);
    return resultOf(answer, run.hosted.election);
  }

  /** `GET /orders/:number`. */
  async findOrderHere(number: number, deadlineMs: number): Promise<FoundOrder> {
    const { run } = this;
    if (run?.office.isHeld !== true) return notLeader(run?.hosted.election);
    try {
      const order = await run.findOrder.byNumber(number as Parameters<FindOrder['byNumber']>[0], {
        deadline: this.process.monotonicNow + deadlineMs,
      });
      return order === undefined ? { kind: 'absent' } : { kind: 'order', order };
    } catch (error) {
      const { name } = error as Error;
      if (name === 'NotLeaderError' || name === 'GroupStoppedError') return notLeader(run.hosted.election);
      if (name === 'DeadlineExceededError')
        return { kind: 'unavailable', detail: 'leadership is not confirmed', retryAfterMs: undefined };
      throw error;
    }
  }

  status(): ReplicaStatus | undefined {
    return this.run?.hosted.group.status();
  }

  /** `POST /leader/nominations`; why it is not followed, or undefined. */
  nominated(nomination: { readonly observedTerm: number; readonly nominee: string }): string | undefined {
    const { run } = this;
    return run?.hosted.group.replica?.status === undefined ? 'starting' : run.hosted.group.nominated(nomination);
  }

  /** Hands leadership over as a shutdown does, and goes on living. */
  transferLeadership(to?: string): void {
    const { run } = this;
    if (run !== undefined) this.leadership.handOver(run.hosted.election, to);
  }

  /** Changes who belongs to the group. Rejects with the package's errors. */
  async changeMembers(kind: 'addLearner' | 'promote' | 'demote' | 'remove', id: string): Promise<void> {
    const { membership } = this.run?.hosted.group ?? {};
    if (membership === undefined) throw new NotLeaderError(this.name, undefined, 0);
    if (kind !== 'addLearner') return membership[kind](id);
    const { firstMembers, options } = this.store;
    const priority = firstMembers.find((member) => member.id === id)?.priority ?? options.group.sparePriority ?? 0;
    return membership.addLearner(memberOptions({ id, priority }));
  }

  private elected(fence: Fence): void {
    const { run, store, name } = this;
    if (run === undefined) return;
    if (run.machine.ledger.openCount > 0) store.points.reach('term begins with open intents', name);
    this.leadership.elected(fence);
    run.office.take(fence);
  }

  /** Sees what becomes durable here while somebody else leads. */
  private diskListener(): DiskListener {
    const { store, name } = this;
    return {
      condition: (condition) => {
        if (condition === 'full') store.count('disk was full');
        this.run?.hosted.group.replica?.storeConditionChanged(condition);
      },
      written: (batch) => {
        if (batch.snapshot !== undefined) store.points.reach('snapshot taken', name);
        if (this.state?.role === 'leader') return;
        for (const { data } of batch.entries) {
          const text = Buffer.from(data).toString('latin1');
          if (text.includes('"kind":"intent"')) store.points.reach('intent on one follower', name);
          if (text.includes('"kind":"outcomes"')) store.points.reach('outcome on one follower', name);
        }
      },
    };
  }
}

/** As the controller's problem and the client's reading of it. */
function resultOf(answer: PlaceOrderAnswer, election: Election): PlaceOrderResult {
  switch (answer.kind) {
    case 'placed':
      return { kind: 'placed', orderNumber: answer.number, replayed: answer.replayed, version: answer.version };
    case 'refused':
      return { kind: answer.reason, detail: answer.reason };
    case 'key_reused':
      return { kind: 'key_reused', detail: '' };
    case 'not_leader':
      return notLeader(election);
    case 'unavailable':
    case 'overloaded':
      return { kind: answer.kind, detail: answer.why, retryAfterMs: undefined };
    case 'outcome_unknown':
      return { kind: 'outcome_unknown', detail: answer.why };
  }
}

function notLeader(election: Election | undefined): {
  readonly kind: 'not_leader';
  readonly leader: string | undefined;
  readonly term: number;
} {
  const { id, leader, term } = election?.state() ?? { id: '', leader: undefined, term: 0 };
  return { kind: 'not_leader', leader: leader === id ? undefined : leader, term };
}
