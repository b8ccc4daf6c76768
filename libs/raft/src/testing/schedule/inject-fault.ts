import type { Term } from '../../ids.js';
import type { Member, MembershipChange } from '../../membership/configuration.js';
import { fastDisk } from '../simulated-disk.js';
import { calmNetwork, type NetworkConditions } from '../simulated-network.js';
import type { SimulatedCluster } from '../simulated-cluster.js';
import type { SimulatedReplica } from '../simulated-replica.js';
import type { Direction, Fault, FaultKind, TimedFault, Victim } from './fault.js';

/** Carries a script of faults out on a cluster. */
export class FaultInjector {
  /** How many faults of each kind struck. */
  readonly counts = new Map<FaultKind, number>();
  private active = true;

  /** @param normal the network's conditions while no fault changes them. */
  constructor(
    private readonly cluster: SimulatedCluster,
    private readonly normal: NetworkConditions = calmNetwork,
  ) {
    cluster.network.conditions = normal;
  }

  schedule(faults: readonly TimedFault[]): void {
    for (const { atMs, fault } of faults) {
      this.cluster.clock.schedule(atMs, () => {
        if (this.active) this.inject(fault);
      });
    }
  }

  /** Ends all harm: everything runs, every link works, every disk is fast, every clock is right. */
  stop(): void {
    this.active = false;
    const { network, replicas } = this.cluster;
    network.heal();
    network.conditions = this.normal;
    for (const replica of replicas) {
      replica.disk.conditions = fastDisk;
      replica.clock.setSpeed(1);
      replica.resume();
      replica.start();
    }
  }

  inject(fault: Fault): void {
    this.counts.set(fault.kind, (this.counts.get(fault.kind) ?? 0) + 1);
    const { cluster } = this;
    switch (fault.kind) {
      case 'kill':
        return this.kill(this.find(fault.victim), fault.downMs);
      case 'killAll':
        cluster.replicas.forEach((replica, offset) =>
          this.kill(replica, fault.downMs[offset % fault.downMs.length] ?? 0),
        );
        return;
      case 'pause':
        return this.pause(this.find(fault.victim), fault.forMs);
      case 'isolate':
        return this.isolate(this.find(fault.victim), fault.direction, fault.forMs);
      case 'cut':
        return this.cut(fault.from, fault.to, fault);
      case 'split':
        return this.split(fault.side, fault.forMs);
      case 'ring':
        return this.cutToRing(fault.forMs);
      case 'heal':
        return cluster.network.heal();
      case 'badNetwork':
        cluster.network.conditions = fault.conditions;
        return this.later(fault.forMs, () => {
          if (this.active) cluster.network.conditions = this.normal;
        });
      case 'badLink':
        return cluster.network.degrade(this.find(fault.from).id, this.find(fault.to).id, fault.conditions, fault.forMs);
      case 'slowDisk': {
        const { disk } = this.find(fault.victim);
        disk.conditions = fault.conditions;
        return this.later(fault.forMs, () => (disk.conditions = fastDisk));
      }
      case 'failDisk':
        return this.failDisk(this.find(fault.victim), fault.downMs);
      case 'jumpClock': {
        const victim = this.find(fault.victim);
        victim.clock.jump(fault.byMs);
        return victim.rearmTimer();
      }
      case 'driftClock':
        return this.drift(this.find(fault.victim), fault);
      case 'wrongGone':
        return this.find(fault.victim).give({ kind: 'peerGone', peer: this.find(fault.peer).id });
      case 'nominate':
        return this.nominate(this.find(fault.victim), fault.termOffset);
      case 'forgetLeader':
        for (const victim of fault.victims) this.forgetLeader(this.find(victim), fault.termOffset);
        return;
      case 'transfer': {
        const target = fault.target === undefined ? undefined : this.find(fault.target).id;
        return this.find('leader').give({ kind: 'transferLeadership', target });
      }
      case 'stepDown':
        return this.find('leader').give({ kind: 'stepDown', reason: 'the script says so' });
      case 'loseStore':
        return this.loseStore(this.find(fault.victim), fault.downMs);
      case 'flipBit':
        if (this.canLoseOneStore()) this.find(fault.victim).disk.flipBit(fault.place);
        return;
      case 'changeMembership':
        return this.changeMembership(fault.change, this.find(fault.member));
    }
  }

  private find(victim: Victim): SimulatedReplica {
    const { cluster } = this;
    if (victim !== 'leader') return cluster.replica(victim);
    const [first] = cluster.replicas;
    if (first === undefined) throw new RangeError('a cluster has replicas');
    return cluster.leader ?? first;
  }

  private later(delayMs: number, run: () => void): void {
    this.cluster.clock.after(delayMs, run);
  }

  private kill(victim: SimulatedReplica, downMs: number): void {
    if (!victim.isUp) return;
    this.cluster.kill(victim.id);
    this.later(downMs, () => victim.start());
  }

  private loseStore(victim: SimulatedReplica, downMs: number): void {
    if (!this.canLoseOneStore()) return;
    this.cluster.loseStore(victim.id);
    this.later(downMs, () => victim.start());
  }

  /** Three voters with nothing to come back from, as the leader knows that nobody can have replaced. */
  private canLoseOneStore(): boolean {
    const { leader, replicas } = this.cluster;
    if (leader === undefined) return false;
    const { term, members, pendingChange, committedInTerm } = leader.status;
    if (pendingChange !== undefined || !committedInTerm) return false;
    if (replicas.some((replica) => replica.highestTerm > term)) return false;
    const voters = members.filter(({ kind }) => kind === 'voter');
    if (voters.length < 3 || members.some(({ kind }) => kind === 'returning')) return false;
    return !voters.some((voter) => this.isLost(voter));
  }

  /** Its store is another one by now, or will be when it starts again. */
  private isLost({ id, storeId }: Member): boolean {
    const { disk } = this.find(id);
    return disk.storeId !== storeId || disk.isDamaged;
  }

  private changeMembership(kind: MembershipChange['kind'], { id, options }: SimulatedReplica): void {
    // Taking a voter away while another one's store is lost can leave nobody who could elect: that is no fault of Raft.
    // Nor is it when the order waits for a leader that is paused, and a store is lost meanwhile.
    const { leader } = this.cluster;
    if (kind === 'remove' || kind === 'demote') {
      if (leader === undefined || leader.status.members.some((each) => this.isLost(each))) return;
    }
    const priority = options.voters.find((voter) => voter.id === id)?.priority ?? 1;
    const change = kind === 'addLearner' ? { kind, member: id, priority, context: `at ${id}` } : { kind, member: id };
    this.cluster.changeMembership(this.find('leader').id, change);
  }

  private pause(victim: SimulatedReplica, forMs: number): void {
    victim.pause();
    this.later(forMs, () => victim.resume());
  }

  private failDisk(victim: SimulatedReplica, downMs: number): void {
    if (!victim.isUp) return;
    victim.onDiskFailure = () => {
      this.cluster.kill(victim.id);
      this.later(downMs, () => victim.start());
    };
    victim.disk.failNextSync();
  }

  private drift(victim: SimulatedReplica, { speed, forMs }: { readonly speed: number; readonly forMs: number }): void {
    victim.clock.setSpeed(speed);
    victim.rearmTimer();
    this.later(forMs, () => {
      victim.clock.setSpeed(1);
      victim.rearmTimer();
    });
  }

  private nominate(victim: SimulatedReplica, termOffset: number): void {
    victim.give({ kind: 'nominate', observedTerm: this.observedTerm(victim, termOffset) });
  }

  private forgetLeader(victim: SimulatedReplica, termOffset: number): void {
    victim.give({ kind: 'forgetLeader', observedTerm: this.observedTerm(victim, termOffset) });
  }

  private observedTerm(victim: SimulatedReplica, termOffset: number): Term {
    const observed = this.cluster.leader ?? victim;
    return Math.max(0, (observed.isUp ? observed.status.term : 0) + termOffset) as Term;
  }

  private cut(from: Victim, to: Victim, { oneWay, forMs }: { readonly oneWay: boolean; readonly forMs: number }): void {
    const [left, right] = [this.find(from).id, this.find(to).id];
    if (oneWay) this.cluster.network.cutOneWay(left, right, forMs);
    else this.cluster.network.cut(left, right, forMs);
  }

  private isolate(victim: SimulatedReplica, direction: Direction, forMs: number): void {
    const { network, replicas } = this.cluster;
    for (const other of replicas) {
      if (other === victim) continue;
      if (direction !== 'in') network.cutOneWay(victim.id, other.id, forMs);
      if (direction !== 'out') network.cutOneWay(other.id, victim.id, forMs);
    }
  }

  private split(side: readonly Victim[], forMs: number): void {
    const inside = new Set(side.map((victim) => this.find(victim).id));
    const outside = this.cluster.replicas.map((replica) => replica.id).filter((id) => !inside.has(id));
    this.cluster.network.partition([...inside], outside, forMs);
  }

  private cutToRing(forMs: number): void {
    const { replicas, network } = this.cluster;
    if (replicas.length <= 3) return;
    replicas.forEach((replica, offset) => {
      const opposite = replicas[(offset + Math.floor(replicas.length / 2)) % replicas.length];
      if (opposite !== undefined && opposite !== replica) network.cut(replica.id, opposite.id, forMs);
    });
  }
}
