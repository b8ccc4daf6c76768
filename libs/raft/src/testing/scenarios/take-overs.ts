import { SimulatedCluster } from '../simulated-cluster.js';
import { drivenLeader } from './driven-leader.js';
import { expectThat, type Scenario } from './scenario.js';

const stableMs = 2000;

/** When a follower of higher priority is offered the lead, and when not yet. */
export const takeOvers: readonly Scenario[] = [
  {
    name: 'a better replica that lacks what is committed is not offered the lead, however steady it is',
    run: () => {
      const a = drivenLeader({ priorities: [2, 3, 1], raft: { priorityTakeoverStableMs: stableMs } });
      a.propose('x');
      a.confirmAppend('c');
      expectThat(a.status.commitIndex === 2, 'a and c have entry 2');
      while (a.now < 3 * stableMs) {
        a.tick();
        for (const peer of a.peers) a.confirmHeartbeat(peer);
        expectThat(a.status.transferringTo === undefined, 'proposals would be refused while b catches up');
      }
      a.confirmAppend('b');
      a.propose('y');
      for (const peer of a.peers) a.confirmAppend(peer);
      a.wait(100);
      a.give({ kind: 'tick' });
      expectThat(a.status.transferringTo === 'b', 'b has everything now, and is quick to write');
    },
  },
  {
    name: 'a better replica whose link comes and goes is not offered the lead',
    run: () => {
      const cluster = new SimulatedCluster({ seed: 19, raft: { priorityTakeoverStableMs: stableMs } });
      cluster.elect();
      cluster.kill('r1');
      cluster.runUntil(() => cluster.leader?.id === 'r2' && cluster.leader.status.committedInTerm, { withinMs: 3000 });
      cluster.replica('r1').start();
      const term = cluster.leader?.status.term;
      for (let time = 0; time < 10; time += 1) {
        cluster.runFor(stableMs * 0.6);
        cluster.network.cut('r1', 'r2', 700);
        cluster.runFor(700);
        const { status } = cluster.replica('r2');
        expectThat(
          status.role === 'leader' && status.term === term,
          'r2 leads on: no process ended, r1 was only silent',
        );
      }
      cluster.runUntil(() => cluster.leader?.id === 'r1', { withinMs: stableMs + 1000 });
    },
  },
];
