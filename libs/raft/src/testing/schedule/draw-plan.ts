import { Prng } from '../../prng.js';
import { drawFaults, recipes, type Recipe } from './draw-faults.js';
import { calmNetwork, type NetworkConditions } from '../simulated-network.js';
import type { GroupPlan, SchedulePlan } from './plan.js';

export interface DrawLimits {
  /** Virtual time with faults, ms. Default: drawn, 1500 to 6000. */
  readonly faultsMs?: number;
  /** After the faults end, everything must finish within this virtual time, ms. Default 20000. */
  readonly recoveryMs?: number;
}

/**
 * The plan of a seed. Each concern has a generator of its own, so that a change in how one is drawn leaves the others
 * as they were; and each seed draws its own group, habits, kinds of faults and how dense they are.
 */
export function drawPlan(seed: number, limits: DrawLimits = {}): SchedulePlan {
  const source = new Prng(seed);
  const [ofGroup, ofClients, ofMix, ofFaults] = [source.fork(), source.fork(), source.fork(), source.fork()];
  const group = enoughAtATime(drawGroup(ofGroup));
  const faultsMs = limits.faultsMs ?? ofMix.integer(1500, 6000);
  return {
    seed,
    group,
    clients: drawClients(ofClients),
    faultsMs,
    recoveryMs: limits.recoveryMs ?? 20_000,
    faults: drawFaults(ofFaults, {
      replicas: group.priorities.map((_priority, offset) => `r${offset + 1}`),
      spares: Array.from(
        { length: group.spares ?? 0 },
        (_unused, offset) => `r${group.priorities.length + offset + 1}`,
      ),
      durationMs: faultsMs,
      heartbeatMs: group.raft.heartbeatIntervalMs ?? 100,
      ...drawMix(ofMix, group),
    }),
  };
}

/** What leases cannot stand: hand-overs, wrong hints, restarted voters, clocks of different speed. */
const harmlessToLeases: readonly Recipe[] = [
  'pause',
  'pauseLeader',
  'cut',
  'cutOneWay',
  'isolate',
  'isolateLeader',
  'deafLeader',
  'muteLeader',
  'split',
  'ring',
  'flap',
  'heal',
  'badNetwork',
  'badLink',
  'slowDisk',
];

/** What makes elections meet elections. */
const aroundElections: readonly Recipe[] = [
  'electionStorm',
  'killLeader',
  'quickRestart',
  'isolateLeader',
  'transfer',
  'stepDown',
  'nominate',
  'slowDisk',
  'badNetwork',
];

/** Every fourth schedule is a storm: faults every few milliseconds, many of them in the middle of an election. */
function drawMix(prng: Prng, group: GroupPlan): { readonly recipes: readonly Recipe[]; readonly meanPauseMs: number } {
  const meanPauseMs = prng.chance(0.25) ? prng.between(5, 60) : prng.between(60, 500);
  if (prng.chance(0.2)) {
    return { recipes: ['electionStorm', ...aroundElections.filter(() => prng.chance(0.5))], meanPauseMs };
  }
  const candidates = group.raft.priorityTakeoverStableMs === 0 && prng.chance(0.5) ? harmlessToLeases : recipes;
  const share = prng.chance(0.3) ? 0.25 : 0.6;
  return { recipes: candidates.filter(() => prng.chance(share)), meanPauseMs };
}

function drawGroup(prng: Prng): GroupPlan {
  const size = prng.chance(0.65) ? 3 : ([1, 2, 4, 5, 5][prng.integer(0, 4)] ?? 3);
  const distinct = prng.chance(0.6);
  // Short timeouts bring many elections into one run.
  const heartbeatIntervalMs = prng.chance(0.3) ? 100 : prng.integer(15, 60);
  const isQuiet = prng.chance(0.3);
  return {
    priorities: Array.from({ length: size }, (_unused, offset) => (distinct ? size - offset : prng.integer(0, 2))),
    noticesGoneProcesses: prng.chance(0.7),
    network: drawNetwork(prng, heartbeatIntervalMs),
    snapshotEvery: prng.chance(0.5) ? prng.integer(3, 60) : 0,
    raft: {
      heartbeatIntervalMs,
      electionTimeoutMinMs: heartbeatIntervalMs * 5,
      electionTimeoutMaxMs: heartbeatIntervalMs * 10,
      retransmitAfterMs: heartbeatIntervalMs * 2 + prng.integer(0, heartbeatIntervalMs),
      campaignRetryMs: prng.integer(1, Math.ceil(heartbeatIntervalMs / 2)),
      maxBatchEntries: prng.chance(0.5) ? prng.integer(1, 8) : 64,
      maxInflightBatches: prng.integer(1, 4),
      maxUncommittedBytes: prng.chance(0.2) ? 1024 : 1024 * 1024,
      trailingEntries: prng.chance(0.5) ? 0 : prng.integer(1, 40),
      snapshotChunkBytes: prng.chance(0.5) ? prng.integer(20, 200) : 65_536,
      priorityTakeoverStableMs: isQuiet ? 0 : prng.integer(300, 3000),
      storageStallMs: isQuiet ? 0 : prng.integer(200, 2000),
      commitNoticeDelayMs: prng.integer(0, 5),
    },
    spares: prng.chance(0.4) ? prng.integer(1, 2) : 0,
  };
}

/** Where a way takes as long as a heartbeat interval, one entry or 20 bytes at a time would take minutes for a few seconds' load. */
function enoughAtATime(group: GroupPlan): GroupPlan {
  const { network, raft } = group;
  if (network.delayMinMs < (raft.heartbeatIntervalMs ?? 100)) return group;
  const maxBatchEntries = Math.max(raft.maxBatchEntries ?? 0, 16);
  const snapshotChunkBytes = Math.max(raft.snapshotChunkBytes ?? 0, 4096);
  return { ...group, raft: { ...raft, maxBatchEntries, snapshotChunkBytes } };
}

/**
 * Half of the groups are on one site; in the others several requests are under way at once and overtake each other. Some
 * are so far apart that an answer takes about as long as a request is waited for.
 */
function drawNetwork(prng: Prng, heartbeatIntervalMs: number): NetworkConditions {
  if (prng.chance(0.5)) return calmNetwork;
  if (prng.chance(0.2)) {
    const delayMinMs = prng.integer(heartbeatIntervalMs, Math.ceil(heartbeatIntervalMs * 1.5));
    return { ...calmNetwork, delayMinMs, delayMaxMs: delayMinMs + prng.integer(0, 5) };
  }
  return { ...calmNetwork, delayMaxMs: prng.integer(2, Math.ceil(heartbeatIntervalMs / 2)) };
}

function drawClients(prng: Prng): SchedulePlan['clients'] {
  return {
    count: prng.integer(1, 6),
    gatherMs: prng.chance(0.5) ? 0 : Math.round(prng.between(0, 30)) / 10,
    thinkMs: prng.chance(0.5) ? prng.integer(1, 15) : prng.integer(15, 80),
    burst: prng.integer(3, 25),
    restMs: prng.integer(100, 800),
    timeoutMs: prng.chance(0.5) ? prng.integer(50, 200) : prng.integer(200, 1000),
    loyalty: prng.chance(0.5) ? 1 : 0.6,
    giveUp: prng.chance(0.5) ? 0 : 0.2,
    answerLoss: prng.chance(0.5) ? 0 : 0.03,
  };
}
