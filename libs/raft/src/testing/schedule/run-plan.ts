import { Prng } from '../../prng.js';
import type { TraceEvent } from '../../trace.js';
import { checkAcknowledgedOnce } from '../checkers/acknowledged-once.js';
import { PropertyViolation } from '../checkers/checker.js';
import { LeaderLease } from '../checkers/leader-lease.js';
import { checkLinearizable } from '../linearizability/check-linearizable.js';
import { SimulatedCluster } from '../simulated-cluster.js';
import type { Observation } from '../simulated-replica.js';
import { countedLogs } from '../workload/counted-logs.js';
import { FrontDoor } from '../workload/front-door.js';
import { History } from '../workload/history.js';
import { SessionMachine } from '../workload/session-machine.js';
import { SimulatedClient } from '../workload/simulated-client.js';
import type { OperationInput, Workload } from '../workload/workload.js';
import type { Fault } from './fault.js';
import { FaultInjector } from './inject-fault.js';
import type { ScheduleFailure, ScheduleOutcome, ScheduleReport } from './outcome.js';
import type { SchedulePlan } from './plan.js';
import { SequenceRecorder } from './record-sequence.js';

/**
 * Runs one schedule: load and faults, then calm. Safety is checked at every step; liveness at the end: every client
 * operation finishes and all replicas have applied the same. Then the history must be linearizable, and what was
 * acknowledged must be there once.
 */
export function runPlan(
  plan: SchedulePlan,
  workload: Workload = countedLogs as unknown as Workload,
  { record = false }: { readonly record?: boolean } = {},
): ScheduleOutcome {
  const run = new PlanRun(plan, workload, record);
  let error: unknown;
  let failure: ScheduleFailure | undefined;
  try {
    run.execute();
  } catch (thrown) {
    error = thrown;
    failure = run.failureOf(thrown);
  }
  return { report: run.report(), failure, sequence: run.sequence(failure), error };
}

class PlanRun {
  private readonly cluster: SimulatedCluster;
  private readonly injector: FaultInjector;
  private readonly history = new History<OperationInput>();
  private readonly clients: readonly SimulatedClient[];
  private readonly recorder: SequenceRecorder | undefined;
  private readonly events: Partial<Record<TraceEvent['kind'], number>> = {};
  private recoveryMs = 0;

  constructor(
    private readonly plan: SchedulePlan,
    private readonly workload: Workload,
    record: boolean,
  ) {
    const source = new Prng(plan.seed);
    const { group } = plan;
    this.cluster = new SimulatedCluster({
      seed: source.integer(0, 2 ** 31),
      priorities: group.priorities,
      spares: group.spares ?? 0,
      noticesGoneProcesses: group.noticesGoneProcesses,
      raft: group.raft,
      stateMachine: () => new SessionMachine(workload.stateMachine()),
    });
    const { cluster } = this;
    for (const replica of cluster.replicas) replica.snapshotEvery = group.snapshotEvery;
    if (leasesHold(plan)) cluster.listeners.push(new LeaderLease(() => cluster.replicas));
    cluster.listeners.push({ observe: (observation) => this.count(observation) });
    if (record) this.recorder = new SequenceRecorder(cluster);
    cluster.startAll();
    this.injector = new FaultInjector(cluster, group.network);
    this.injector.schedule(plan.faults);
    const door = new FrontDoor(cluster, plan.clients.gatherMs);
    this.clients = Array.from({ length: plan.clients.count }, (_unused, offset) => {
      const around = { cluster, door, history: this.history, workload, habits: plan.clients, prng: source.fork() };
      return new SimulatedClient(offset + 1, around);
    });
  }

  execute(): void {
    const { cluster, plan, clients } = this;
    cluster.runFor(plan.faultsMs);
    this.recorder?.note('the faults end');
    this.injector.stop();
    for (const client of clients) client.finish();
    this.await('every operation finishes', () => clients.every((client) => client.isDone));
    this.await('whoever lost its store is a voter again', () => {
      const { leader } = cluster;
      return leader !== undefined && leader.status.members.every(({ kind }) => kind !== 'returning');
    });
    this.await('every member applies everything', () =>
      cluster.members.every((replica) => replica.applied.index >= cluster.committed.lastIndex),
    );
    this.compareReplicas();
    this.checkHistory();
  }

  failureOf(thrown: unknown): ScheduleFailure {
    const atMs = this.cluster.clock.now;
    if (thrown instanceof PropertyViolation) return { property: thrown.property, detail: thrown.message, atMs };
    if (thrown instanceof Error) return { property: thrown.name, detail: thrown.message, atMs };
    return { property: 'thrown', detail: String(thrown), atMs };
  }

  sequence(failure: ScheduleFailure | undefined): readonly string[] {
    if (this.recorder === undefined) return [];
    return failure === undefined ? this.recorder.lines : [...this.recorder.lines, `!!! ${failure.detail}`];
  }

  report(): ScheduleReport {
    const { clock, network, committed, reads, replicas, hash } = this.cluster;
    const commands = this.history.operations.filter(({ input }) => input.kind === 'command');
    return {
      seed: this.plan.seed,
      hash: hash.value,
      virtualMs: clock.now,
      eventsRun: clock.eventsRun,
      messages: network.delivered,
      committed: committed.lastIndex,
      operations: this.history.operations.filter(({ returned }) => returned !== undefined).length,
      unknown: commands.filter(({ returned }) => returned === undefined).length,
      reads: reads.answered,
      highestTerm: Math.max(...replicas.map((replica) => replica.highestTerm)),
      recoveryMs: this.recoveryMs,
      faults: Object.fromEntries(this.injector.counts),
      events: this.events,
    };
  }

  private count({ effects }: Observation): void {
    for (const { kind } of effects.trace) this.events[kind] = (this.events[kind] ?? 0) + 1;
  }

  private await(what: string, condition: () => boolean): void {
    const { clock } = this.cluster;
    const start = clock.now;
    // Conditions are cheap, but not for every event.
    while (!condition()) {
      if (clock.now - start >= this.plan.recoveryMs) {
        throw new PropertyViolation(
          'Liveness',
          `within ${this.plan.recoveryMs} ms after the faults it must hold: ${what}`,
        );
      }
      this.cluster.runFor(5);
    }
    this.recoveryMs += clock.now - start;
  }

  private compareReplicas(): void {
    const { digest } = this.cluster.committed;
    for (const replica of this.cluster.members) {
      if (replica.applied.digest === digest) continue;
      throw new PropertyViolation(
        'State Machine Safety',
        `${replica.id} ends in ${replica.applied.digest}, the committed log leads to ${digest}`,
      );
    }
  }

  private checkHistory(): void {
    const { operations } = this.history;
    checkAcknowledgedOnce(operations, this.cluster.committed);
    const { model, check } = this.workload;
    if (model !== undefined) {
      // A read that nobody got says nothing.
      const said = operations.filter(({ input, returned }) => input.kind === 'command' || returned !== undefined);
      const verdict = checkLinearizable(model, said);
      if (verdict.kind !== 'linearizable') throw new PropertyViolation('Linearizability', JSON.stringify(verdict));
    }
    const machines = this.cluster.members.map((replica) => replica.applied.machine);
    check?.({
      history: operations,
      stateMachines: machines.flatMap((machine) => (machine instanceof SessionMachine ? [machine.inner] : [])),
    });
  }
}

const againstLeases: ReadonlySet<Fault['kind']> = new Set<Fault['kind']>([
  'kill',
  'killAll',
  'failDisk',
  'jumpClock',
  'driftClock',
  'wrongGone',
  'nominate',
  'forgetLeader',
  'transfer',
  'stepDown',
  'loseStore',
  'flipBit',
  'changeMembership',
]);

/** Nothing in it makes another leader while one has a lease. */
function leasesHold({ group, faults }: SchedulePlan): boolean {
  const { priorityTakeoverStableMs, storageStallMs } = group.raft;
  if (priorityTakeoverStableMs !== 0 || storageStallMs !== 0) return false;
  return faults.every(({ fault }) => !againstLeases.has(fault.kind));
}
