import { describe, expect, it } from '@jest/globals';
import { SimulatedCluster } from '../testing/simulated-cluster.js';
import { calmNetwork } from '../testing/simulated-network.js';

/** The paper's properties are checked at every step. */
describe('a network that loses every second message, repeats others, and takes 75 ± 50 ms in any order', () => {
  it.each([1, 2, 3, 4, 5])(
    'costs nothing that was acknowledged, and when it is over everything goes on (seed %i)',
    (seed) => {
      const cluster = new SimulatedCluster({ seed });
      cluster.elect();
      cluster.network.conditions = {
        delayMinMs: 25,
        delayMaxMs: 125,
        loss: 0.5,
        duplication: 0.3,
        late: 0,
        lateMs: 0,
      };

      for (let time = 0; time < 300; time += 1) {
        if (cluster.leader !== undefined) cluster.propose(cluster.leader.id);
        cluster.runFor(100);
      }
      const acknowledged = cluster.committed.commands;
      cluster.network.conditions = calmNetwork;
      cluster.runFor(3000);
      const { leader } = cluster;
      const last = cluster.propose(leader?.id ?? 'nobody leads');
      cluster.runFor(500);

      expect(acknowledged.length).toBeGreaterThan(0);
      expect(cluster.committed.commands.slice(0, acknowledged.length)).toEqual(acknowledged);
      expect(new Set(cluster.committed.commands).size).toBe(cluster.committed.commands.length);
      expect(cluster.committed.has(`c${last}`)).toBe(true);
      for (const replica of cluster.replicas) expect(replica.applied.digest).toBe(cluster.committed.digest);
    },
  );
});
