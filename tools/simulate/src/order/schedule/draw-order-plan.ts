import type { HostKind } from '../services/group-host.js';
import type { OrderGroupPlan } from '../services/group-tuning.js';
import type { Wish } from '../services/shoppers.js';
import { spareName } from '../services/store.js';
import { Prng } from '../world/prng.js';
import { drawKinds, drawOrderFaults } from './draw-order-faults.js';
import { type KeyPlan, keysOfADay, type OrderPlan } from './order-plan.js';

/** So soon a follower of higher priority may take over, in the schedules in which it may. */
export const takeoverStableMs = 300;

const products = ['tux', 'fox'] as const;

/** The plan of a seed. Each concern has a generator of its own: a change in how one is drawn leaves the others alone. */
export function drawOrderPlan(seed: number, host: HostKind = 'bare'): OrderPlan {
  const source = new Prng(seed * 7 + 3);
  const [ofStock, ofShoppers, ofMix, ofFaults] = [source.fork(), source.fork(), source.fork(), source.fork()];
  const [group, keys] = [drawGroup(source.fork()), drawKeys(source.fork())];
  const spares = group.sparePriority === undefined ? [] : [spareName];
  const faultsMs = ofMix.integer(600, 2_500);
  return {
    seed,
    host,
    stock: { tux: ofStock.integer(3, 30), fox: ofStock.integer(0, 6) },
    group,
    keys,
    shoppers: drawShoppers(ofShoppers),
    faultsMs,
    faults: drawOrderFaults(ofFaults, {
      kinds: drawKinds(ofMix),
      everyMs: ofMix.pick([60, 200, 500]),
      faultsMs,
      spares,
    }),
  };
}

export function drawWishes(random: Prng, count: number): readonly Omit<Wish, 'key'>[] {
  return Array.from({ length: count }, () => ({
    name: random.chance(0.05) ? 'ant' : random.pick(products),
    quantity: random.integer(1, 3),
  }));
}

function drawShoppers(random: Prng): OrderPlan['shoppers'] {
  const ordersEach = random.integer(2, 5);
  return {
    impatience: random.pick([0, 0, 0.1]),
    pauseMsMax: 250,
    wishes: Array.from({ length: random.integer(2, 4) }, () => drawWishes(random, ordersEach)),
  };
}

/** Timeouts and limits are small or usual, so that each of them is reached in some schedule. */
function drawGroup(random: Prng): OrderGroupPlan {
  const heartbeatMs = random.chance(0.5) ? 100 : random.integer(40, 100);
  const electionMs = heartbeatMs * random.pick([4, 5]);
  return {
    priorities: random.pick([
      [1, 2, 3],
      [1, 2, 3],
      [3, 2, 1],
      [2, 3, 1],
      [1, 1, 2],
    ]),
    ...(random.chance(0.6) && { sparePriority: random.integer(1, 5) }),
    tuning: {
      heartbeatMs,
      electionTimeoutMs: [electionMs, 2 * electionMs],
      limits: {
        snapshotEveryEntries: random.integer(6, 24),
        // Short: proposals of unknown fate are proposed again while the first is still under way.
        deadlineMs: random.pick([150, 150, 400]),
        handoverGraceMs: random.integer(50, 500),
        transferTimeoutMs: random.integer(500, 2_000),
        slowFsyncMs: random.pick([0, 20, 20, 500]),
        proposalsMax: random.pick([16_384, 16_384, 4]),
      },
      raft: {
        maxBatchEntries: random.chance(0.5) ? random.integer(1, 8) : 64,
        maxInflightBatches: random.integer(1, 4),
        maxUncommittedBytes: random.chance(0.2) ? 1_024 : 1_048_576,
        trailingEntries: random.chance(0.5) ? 0 : random.integer(1, 20),
        snapshotChunkBytes: random.chance(0.5) ? random.integer(100, 1_000) : 65_536,
        retransmitAfterMs: 2 * heartbeatMs + random.integer(0, heartbeatMs),
        campaignRetryMs: random.integer(1, Math.ceil(heartbeatMs / 2)),
        commitNoticeDelayMs: random.integer(0, 25),
        // Usually ten seconds, which no schedule lasts.
        priorityTakeoverStableMs: random.chance(0.5) ? takeoverStableMs : 0,
        storageStallMs: random.pick([0, 100, 2_000]),
      },
    },
  };
}

/** In some schedules a day has 20 seconds, so that keys expire in it: a real one would take minutes to simulate. */
function drawKeys(random: Prng): KeyPlan {
  if (!random.chance(0.06)) return keysOfADay;
  const visit = (afterMs: number): KeyPlan['visits'][number] => ({
    afterMs,
    wishes: drawWishes(random, random.integer(1, 4)),
  });
  // One within the retention, when nothing may be forgotten yet, and one after it.
  return { retentionMs: 20_000, clientLifeMs: 18_500, visits: [visit(random.integer(11_000, 14_000)), visit(12_000)] };
}
