import { SimulatedCluster } from '../simulated-cluster.js';
import { expectThat, type Scenario } from './scenario.js';

/** Links, disks and clocks that are bad in ways that stopped other groups, or made them forget. */
export const disturbances: readonly Scenario[] = [
  {
    name: 'a leader whose disk hangs makes way although its group commits without it',
    run: () => {
      const cluster = new SimulatedCluster({ seed: 12, raft: { storageStallMs: 1000 } });
      const old = cluster.elect();
      old.disk.conditions = { syncMinMs: 60_000, syncMaxMs: 60_000 };
      cluster.propose(old.id);
      cluster.runFor(3000);
      expectThat(
        cluster.leader !== undefined && cluster.leader !== old,
        `${old.id} hears everybody and writes nothing`,
      );
    },
  },
  {
    name: 'a ring, in which each replica sees another majority, keeps a leader',
    run: () => {
      const cluster = new SimulatedCluster({ seed: 14, priorities: [5, 4, 3, 2, 1] });
      cluster.elect();
      for (const [left, right] of pairsOf(cluster)) if (!areNeighbours(left, right)) cluster.network.cut(left, right);
      cluster.runFor(10_000);
      const { leader } = cluster;
      expectThat(leader !== undefined, 'somebody leads a majority that it sees');
      const { term } = leader?.status ?? {};
      for (let second = 0; second < 60; second += 1) proposeAndWait(cluster, 1000);
      expectThat(cluster.leader === leader && leader?.status.term === term, 'nobody who does not see it deposes it');
      expectThat(cluster.committed.commands.length === 60, 'and it goes on committing');
    },
  },
  {
    name: 'a leader that reaches nothing but a bridge to the majority makes way',
    run: () => {
      // With take-overs the others would offer the highest priority, which the bridge still sees, the lead again.
      const raft = { priorityTakeoverStableMs: 0 };
      const cluster = new SimulatedCluster({ seed: 17, priorities: [5, 4, 3, 2, 1], raft });
      const old = cluster.elect();
      const followers = cluster.replicas.filter((replica) => replica !== old).map(({ id }) => id);
      cluster.network.partition([old.id], followers.slice(1));
      cluster.network.partition(followers.slice(3), followers.slice(0, 3));
      cluster.runFor(5000);
      expectThat(
        cluster.leader !== undefined && cluster.leader !== old,
        'its heartbeats do not keep the bridge for it',
      );
      for (let second = 0; second < 30; second += 1) proposeAndWait(cluster, 1000);
      expectThat(cluster.committed.commands.length === 30, 'and whoever leads now is not deposed by it');
    },
  },
  {
    name: 'the best replica, which reaches the leader and no majority, is offered the lead less and less often',
    run: () => {
      const raft = { priorityTakeoverStableMs: 1000 };
      const cluster = new SimulatedCluster({ seed: 18, priorities: [5, 4, 3, 2, 1], raft });
      cluster.elect();
      cluster.kill('r1');
      cluster.runUntil(() => cluster.leader?.id === 'r2', { withinMs: 3000 });
      cluster.network.partition(['r1'], ['r3', 'r4', 'r5']);
      cluster.replica('r1').start();
      const before = cluster.leader?.status.term ?? 0;
      for (let second = 0; second < 300; second += 1) proposeAndWait(cluster, 1000);
      const offers = ((cluster.leader?.status.term ?? 0) - before) / 2;
      expectThat(offers >= 2 && offers <= 15, `each vain offer doubles the time until the next; there were ${offers}`);
      cluster.network.heal();
      cluster.runUntil(() => cluster.leader?.id === 'r1', { withinMs: 33_000 });
    },
  },
  {
    name: 'links that stop one after the other and come back in another order leave a group that works',
    run: () => {
      const cluster = new SimulatedCluster({ seed: 15, priorities: [5, 4, 3, 2, 1] });
      cluster.elect();
      for (let round = 0; round < 5; round += 1) {
        stopLinksOneByOne(cluster);
        proposeAndWait(cluster, 2000);
      }
      const before = cluster.committed.commands.length;
      proposeAndWait(cluster, 1000);
      expectThat(cluster.committed.commands.length === before + 1, 'with all links back it commits');
      const isBehind = cluster.replicas.some(({ applied }) => applied.index < cluster.committed.lastIndex);
      expectThat(!isBehind, 'and everybody learns of it');
    },
  },
  {
    name: 'clocks that jump and run at other speeds make no read stale',
    run: () => {
      const cluster = new SimulatedCluster({ seed: 16, noticesGoneProcesses: false });
      const old = cluster.elect();
      const others = cluster.replicas.filter((replica) => replica !== old);
      old.clock.setSpeed(0.5);
      for (const { clock } of others) clock.setSpeed(2);
      cluster.network.partition(
        [old.id],
        others.map(({ id }) => id),
      );
      for (const { clock } of others) clock.jump(3_600_000);
      cluster.runUntil(() => others.some(({ status }) => status.role === 'leader' && status.committedInTerm), {
        withinMs: 5000,
      });
      cluster.propose(cluster.leader?.id ?? '');
      cluster.runFor(5);
      expectThat(old.role === 'leader', 'by its own clock the old leader has not been alone for long');
      const read = cluster.read(old.id);
      cluster.runFor(10_000);
      expectThat(old.role !== 'leader' && cluster.readAnswers.get(read) === undefined, 'no lease answers for a quorum');
    },
  },
];

/** Every link stops for a while, each 100 ms after the last; the order in which they come back is drawn. */
function stopLinksOneByOne(cluster: SimulatedCluster): void {
  const links = pairsOf(cluster);
  const backAt = cluster.clock.now + links.length * 100;
  for (const [left, right] of links) {
    cluster.network.cut(left, right, backAt - cluster.clock.now + cluster.prng.between(0, 1000));
    proposeAndWait(cluster, 100);
  }
}

function proposeAndWait(cluster: SimulatedCluster, waitMs: number): void {
  if (cluster.leader !== undefined) cluster.propose(cluster.leader.id);
  cluster.runFor(waitMs);
}

function pairsOf({ replicas }: SimulatedCluster): readonly (readonly [string, string])[] {
  return replicas.flatMap(({ id }, offset) => replicas.slice(offset + 1).map((other) => [id, other.id] as const));
}

/** On the ring r1, r2, r3, r4, r5. */
function areNeighbours(left: string, right: string): boolean {
  const distance = Math.abs(Number(left.slice(1)) - Number(right.slice(1)));
  return distance === 1 || distance === 4;
}
