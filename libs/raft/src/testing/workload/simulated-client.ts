import { invariant } from '../../invariant.js';
import type { ReplicaId } from '../../ids.js';
import type { Prng } from '../../prng.js';
import type { SimulatedCluster } from '../simulated-cluster.js';
import type { Answer, FrontDoor } from './front-door.js';
import type { History } from './history.js';
import { encodeCommand, SessionMachine, type SessionResult } from './session-machine.js';
import type { ClientOperation, OperationInput, Workload } from './workload.js';

/** How a client behaves. Times are virtual milliseconds. */
export interface ClientHabits {
  readonly thinkMs: number;
  /** After so many operations it rests: what is quick would otherwise spend most of its operations on quiet moments. */
  readonly burst: number;
  readonly restMs: number;
  /** Without an answer for so long, it asks again, elsewhere. */
  readonly timeoutMs: number;
  /** How likely it asks the leader it knows; otherwise any replica that believes to lead, the deposed ones among them. */
  readonly loyalty: number;
  /** How likely it drops a command after a timeout and goes on; the outcome stays unknown. */
  readonly giveUp: number;
  /** How likely an answer is lost on its way to it. */
  readonly answerLoss: number;
}

const patienceMaxMs = 4000;
const clientsForOneThatGivesUp = 3;
const operationsBetweenGivingUp = 25;

/** One operation at a time, retried under the same sequence number until it is answered. */
export class SimulatedClient {
  private leader: ReplicaId | undefined;
  private sequence = 0;
  private attempt = 0;
  /** Of the current operation. */
  private timeouts = 0;
  private current:
    { readonly operation: ClientOperation; readonly offset: number; readonly sequence: number } | undefined;
  private isLast = false;
  private gaveUpAt = -operationsBetweenGivingUp;
  private mode: 'working' | 'finishing' | 'done' = 'working';

  constructor(
    private readonly id: number,
    private readonly around: {
      readonly cluster: SimulatedCluster;
      readonly door: FrontDoor;
      readonly history: History<OperationInput>;
      readonly workload: Workload;
      readonly prng: Prng;
      readonly habits: ClientHabits;
    },
  ) {
    this.think();
  }

  get isDone(): boolean {
    return this.mode === 'done';
  }

  /** Finishes what it is doing, does one operation more, and stops. It gives nothing up any more. */
  finish(): void {
    this.mode = 'finishing';
    if (this.current === undefined) this.begin();
  }

  private think(): void {
    const { cluster, prng, habits } = this.around;
    const restMs = this.sequence > 0 && this.sequence % habits.burst === 0 ? habits.restMs : 0;
    cluster.clock.after(restMs + prng.between(0, 2 * habits.thinkMs), () => {
      if (this.current === undefined && this.mode === 'working') this.begin();
    });
  }

  private begin(): void {
    const { workload, prng, history } = this.around;
    const operation = workload.operation(prng, { client: this.id, number: history.operations.length });
    const input: OperationInput =
      operation.kind === 'command'
        ? { kind: 'command', command: operation.command }
        : { kind: 'query', query: operation.query };
    this.sequence += 1;
    const { sequence } = this;
    const offset = history.invoke({ client: this.id, sequence, key: operation.key ?? 'all', input });
    this.current = { operation, offset, sequence };
    this.isLast = this.mode === 'finishing';
    this.ask();
  }

  private ask(): void {
    const { cluster, prng, habits } = this.around;
    this.attempt += 1;
    const { attempt } = this;
    const target = this.chooseTarget();
    cluster.clock.after(prng.between(0.1, 2), () => {
      if (attempt === this.attempt) this.arrive(target, attempt);
    });
    // Asking ever more often would fill the log of a slow group faster than it can be copied.
    const patienceMs = Math.min(habits.timeoutMs * 2 ** this.timeouts, patienceMaxMs);
    cluster.clock.after(patienceMs, () => {
      if (attempt === this.attempt) this.timedOut();
    });
  }

  private arrive(target: ReplicaId, attempt: number): void {
    const { current } = this;
    if (current === undefined) return;
    const listener = (answer: Answer): void => {
      if (attempt === this.attempt && !this.around.prng.chance(this.around.habits.answerLoss)) {
        this.answered(answer, target);
      }
    };
    const { door } = this.around;
    const isTaken =
      current.operation.kind === 'query'
        ? door.read(target, listener)
        : door.propose(
            target,
            encodeCommand({ client: this.id, sequence: current.sequence, command: current.operation.command }),
            listener,
          );
    if (!isTaken) this.retryElsewhere(undefined);
  }

  private answered(answer: Answer, from: ReplicaId): void {
    switch (answer.kind) {
      case 'refused':
        return this.retryElsewhere(answer.leader === from ? undefined : answer.leader);
      case 'overwritten':
        return this.retryElsewhere(undefined);
      case 'applied': {
        this.leader = from;
        const result = answer.result as SessionResult;
        invariant(result.kind === 'applied', 'nothing later of this client can be applied before this was answered');
        return this.complete(result.result);
      }
      case 'readable': {
        this.leader = from;
        const { machine } = answer.replica.applied;
        const operation = this.current?.operation;
        if (operation?.kind !== 'query' || !(machine instanceof SessionMachine)) return;
        return this.complete(machine.inner.query?.(operation.query));
      }
    }
  }

  private complete(output: unknown): void {
    const { current } = this;
    if (current === undefined) return;
    this.around.history.complete(current.offset, output);
    this.next();
  }

  private next(): void {
    this.current = undefined;
    this.timeouts = 0;
    this.attempt += 1;
    if (this.mode === 'working') this.think();
    else if (this.isLast) this.mode = 'done';
    else this.begin();
  }

  private timedOut(): void {
    const { prng, habits } = this.around;
    this.leader = undefined;
    this.timeouts += 1;
    if (this.mode === 'working' && this.mayGiveUp && prng.chance(habits.giveUp)) {
      this.gaveUpAt = this.sequence;
      this.next();
    } else {
      this.ask();
    }
  }

  /** Each operation of unknown outcome doubles what a check of the history must consider: some clients, and rarely. */
  private get mayGiveUp(): boolean {
    return this.id % clientsForOneThatGivesUp === 1 && this.sequence - this.gaveUpAt >= operationsBetweenGivingUp;
  }

  private retryElsewhere(leader: ReplicaId | undefined): void {
    const { cluster, prng } = this.around;
    this.leader = leader;
    this.attempt += 1;
    const { attempt } = this;
    cluster.clock.after(prng.between(1, 20), () => {
      if (attempt === this.attempt) this.ask();
    });
  }

  private chooseTarget(): ReplicaId {
    const { cluster, prng, habits } = this.around;
    if (prng.chance(habits.loyalty)) return this.leader ?? this.anybody();
    const { leaders } = cluster;
    return leaders[prng.integer(0, Math.max(0, leaders.length - 1))]?.id ?? this.anybody();
  }

  private anybody(): ReplicaId {
    const { cluster, prng } = this.around;
    const replica = cluster.replicas[prng.integer(0, cluster.replicas.length - 1)];
    invariant(replica !== undefined, 'a cluster has replicas');
    return replica.id;
  }
}
