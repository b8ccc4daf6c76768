import type { Term } from '../ids.js';
import type { Prng } from '../prng.js';
import { fastDisk } from './simulated-disk.js';
import { calmNetwork, type NetworkConditions } from './simulated-network.js';
import type { SimulatedCluster } from './simulated-cluster.js';
import type { SimulatedReplica } from './simulated-replica.js';

export const faultKinds = [
  'kill',
  'killLeader',
  'killAll',
  'quickRestart',
  'electionStorm',
  'pause',
  'pauseLeader',
  'cut',
  'cutOneWay',
  'isolate',
  'isolateLeader',
  'ring',
  'heal',
  'badNetwork',
  'slowDisk',
  'wrongGone',
  'nominate',
  'forgetLeader',
  'transfer',
  'stepDown',
] as const;

export type FaultKind = (typeof faultKinds)[number];

/** Does harm at random moments. Each seed draws its own subset of faults, so that rare combinations get their turn. */
export class Nemesis {
  readonly kinds: readonly FaultKind[];
  private readonly meanPauseMs: number;
  private active = true;

  constructor(
    private readonly cluster: SimulatedCluster,
    private readonly prng: Prng,
    limits: { readonly kinds?: readonly FaultKind[]; readonly meanPauseMs?: number } = {},
  ) {
    this.kinds = limits.kinds ?? faultKinds.filter(() => prng.chance(0.6));
    this.meanPauseMs = limits.meanPauseMs ?? prng.between(60, 600);
    this.scheduleNext();
  }

  /** Ends all harm: everything runs, every link works, every disk is fast. */
  stop(): void {
    this.active = false;
    const { network, replicas } = this.cluster;
    network.heal();
    network.conditions = calmNetwork;
    for (const replica of replicas) {
      replica.disk.conditions = fastDisk;
      replica.resume();
      replica.start();
    }
  }

  private scheduleNext(): void {
    this.cluster.clock.after(this.prng.between(0.1, 2) * this.meanPauseMs, () => {
      if (!this.active) return;
      const kind = this.kinds[this.prng.integer(0, this.kinds.length - 1)];
      if (kind !== undefined) this.harm(kind);
      this.scheduleNext();
    });
  }

  private harm(kind: FaultKind): void {
    const { cluster, prng } = this;
    const victim = this.anyReplica();
    const leader = cluster.leader ?? victim;
    switch (kind) {
      case 'kill':
        return this.killForAWhile(victim);
      case 'killLeader':
        return this.killForAWhile(leader);
      case 'killAll':
        if (prng.chance(0.3)) for (const replica of cluster.replicas) this.killForAWhile(replica);
        return;
      case 'quickRestart':
        return this.killForAWhile(victim, prng.between(0.1, 10));
      case 'electionStorm':
        return this.startElectionStorm(leader);
      case 'pause':
        return this.pauseForAWhile(victim);
      case 'pauseLeader':
        return this.pauseForAWhile(leader);
      case 'cut':
        return cluster.network.cut(victim.id, this.anyReplica().id);
      case 'cutOneWay':
        return cluster.network.cutOneWay(victim.id, this.anyReplica().id);
      case 'isolate':
        return this.isolate(victim);
      case 'isolateLeader':
        return this.isolate(leader);
      case 'ring':
        return this.cutToRing();
      case 'heal':
        return cluster.network.heal();
      case 'badNetwork':
        cluster.network.conditions = prng.chance(0.4) ? calmNetwork : this.drawConditions();
        return;
      case 'slowDisk':
        victim.disk.conditions = prng.chance(0.4)
          ? fastDisk
          : { syncMinMs: prng.between(0.1, 20), syncMaxMs: prng.between(20, 1500) };
        return;
      case 'wrongGone':
        return victim.give({ kind: 'peerGone', peer: this.anyReplica().id });
      case 'nominate':
        return victim.give({ kind: 'nominate', observedTerm: this.observedTerm(leader) });
      case 'forgetLeader':
        for (const replica of cluster.replicas) {
          if (prng.chance(0.7)) replica.give({ kind: 'forgetLeader', observedTerm: this.observedTerm(leader) });
        }
        return;
      case 'transfer':
        return leader.give({ kind: 'transferLeadership', target: prng.chance(0.5) ? undefined : victim.id });
      case 'stepDown':
        return leader.give({ kind: 'stepDown', reason: 'the nemesis wants it' });
    }
  }

  private anyReplica(): SimulatedReplica {
    const { replicas } = this.cluster;
    const chosen = replicas[this.prng.integer(0, replicas.length - 1)];
    if (chosen === undefined) throw new Error('a cluster has replicas');
    return chosen;
  }

  private observedTerm(leader: SimulatedReplica): Term {
    const term = leader.isUp ? leader.status.term : 0;
    return Math.max(0, term + this.prng.integer(-1, 2)) as Term;
  }

  private killForAWhile(victim: SimulatedReplica, downMs = this.prng.between(1, 1500)): void {
    if (!victim.isUp) return;
    this.cluster.kill(victim.id);
    this.cluster.clock.after(downMs, () => victim.start());
  }

  /** Many candidates at once, dying and coming back while votes are on their way. */
  private startElectionStorm(leader: SimulatedReplica): void {
    const { cluster, prng } = this;
    this.killForAWhile(leader);
    for (const replica of cluster.replicas) {
      const term = (replica.isUp ? replica.status.term : 0) as Term;
      cluster.clock.after(prng.between(0, 5), () => replica.give({ kind: 'nominate', observedTerm: term }));
      if (prng.chance(0.5)) {
        cluster.clock.after(prng.between(1, 20), () => this.killForAWhile(replica, prng.between(0.1, 5)));
      }
    }
  }

  private pauseForAWhile(victim: SimulatedReplica): void {
    victim.pause();
    this.cluster.clock.after(this.prng.between(10, 2500), () => victim.resume());
  }

  private isolate(victim: SimulatedReplica): void {
    const others = this.cluster.replicas.filter((replica) => replica !== victim);
    this.cluster.network.partition(
      [victim.id],
      others.map((replica) => replica.id),
    );
  }

  /** Every replica sees a majority, but no two the same one (Jepsen's majorities ring). */
  private cutToRing(): void {
    const { replicas, network } = this.cluster;
    replicas.forEach((replica, offset) => {
      const opposite = replicas[(offset + Math.floor(replicas.length / 2)) % replicas.length];
      if (opposite !== undefined && opposite !== replica && replicas.length > 3) network.cut(replica.id, opposite.id);
    });
  }

  private drawConditions(): NetworkConditions {
    const { prng } = this;
    return {
      delayMinMs: 0.1,
      delayMaxMs: prng.chance(0.5) ? prng.between(1, 30) : prng.between(30, 300),
      loss: prng.chance(0.5) ? prng.between(0, 0.4) : 0,
      duplication: prng.chance(0.5) ? prng.between(0, 0.5) : 0,
      late: prng.chance(0.3) ? prng.between(0, 0.1) : 0,
      lateMs: prng.between(100, 5000),
    };
  }
}
