import { Logger } from '@nestjs/common';
import { Freshness } from '../checks/freshness.js';
import { drawWishes } from '../schedule/draw-order-plan.js';
import { keysOfADay } from '../schedule/order-plan.js';
import type { OrderOutcome } from '../schedule/order-outcome.js';
import { comeToRest, recoveryMsMax } from '../schedule/run-order-plan.js';
import { type ProtocolPoint, protocolPoints } from '../services/protocol-points.js';
import type { HostKind } from '../services/group-host.js';
import { calmGroup } from '../services/group-tuning.js';
import { Shoppers } from '../services/shoppers.js';
import { replicaNames, Store, timing } from '../services/store.js';
import { Prng } from '../world/prng.js';
import { withVirtualGlobals } from '../world/virtual-globals.js';

/** What happens at the point: to the process that is there, or to others at that very moment. */
export const directedFaults = [
  'kill it',
  'kill it twice',
  'pause it',
  'isolate it',
  'lose what it sends',
  'kill the leader',
  'kill a follower',
  'kill the group',
  'kill the catalog',
  'kill frontend-1',
  'kill frontend-2',
  'kill everything',
  'change the leader',
  'the last debit comes again',
  'cut frontend-1 off and kill the leader',
  'cut the replicas apart',
] as const;

export type DirectedFault = (typeof directedFaults)[number];

export interface DirectedRun {
  readonly point: ProtocolPoint;
  readonly fault: DirectedFault;
  readonly seed: number;
  readonly host: HostKind;
  /** The fault strikes when the point is reached for this time, from 1. */
  readonly visit: number;
}

export interface DirectedOutcome extends Pick<OrderOutcome, 'failure' | 'sequence'> {
  /** How often the point was reached. */
  readonly reached: number;
  /** Whether that was often enough for the fault to strike; otherwise the run says nothing about it. */
  readonly struck: boolean;
}

const downMs = 250;
const troubleMs = 1_200;
/** Reached seldom, so that the first visit must do where none is asked for. */
const rarePoints: ReadonlySet<ProtocolPoint> = new Set([
  'term begins with open intents',
  'restock logged',
  'snapshot taken',
]);

/** One product sells out in a run, once. */
const reachedOnce: ReadonlySet<ProtocolPoint> = new Set(['restock logged']);

/** By default the second: the first one meets processes that have just started. */
export function usualVisit(point: ProtocolPoint): number {
  return rarePoints.has(point) ? 1 : 2;
}

/** Orders, and at one point of their way, at one of the times that it is reached, one fault; then everything must add up. */
export async function runAtPoint(
  { point, fault, seed, host, visit }: DirectedRun,
  { record = false }: { readonly record?: boolean } = {},
): Promise<DirectedOutcome> {
  Logger.overrideLogger(false);
  const random = new Prng(seed);
  const store = new Store({
    seed,
    keepTrace: record,
    host,
    stock: { tux: 9, fox: 0 },
    group: calmGroup,
    keys: keysOfADay,
  });
  const { world, points } = store;
  let reached = 0;
  const strike = (at: string): void => hit(store, fault, at);
  points.watch = (visited, at) => {
    // A term begins with open intents only after a leader that left some.
    if (
      point === 'term begins with open intents' &&
      visited === 'intent committed' &&
      reached < visit &&
      (points.counts.get(visited) ?? 0) % 2 === 0
    ) {
      return restartLater(store, at);
    }
    if (visited !== point) return;
    reached += 1;
    if (reached === visit) strike(at);
  };
  return withVirtualGlobals(world, async () => {
    const shoppers = new Shoppers(store, new Freshness(world, store.truth));
    for (const { process } of store.services) store.start(process.name);
    await world.runUntil(3_000, () => store.leader !== undefined && store.catalog.isOpen);
    // Leases are held when the first order comes, or no invalidation would be waited for.
    await world.runUntil(world.now + 300);
    for (let count = 0; count < 3; count++) shoppers.begin(drawWishes(random, 5), { pauseMsMax: 60, impatience: 0 });
    await world.runUntil(world.now + recoveryMsMax, () => shoppers.busy === 0);
    await world.runUntil(world.now + timing.orderDeadlineMs + troubleMs);
    await comeToRest(store, shoppers);
    const [violation] = world.violations;
    return {
      reached,
      struck: reached >= visit,
      failure: violation && { rule: violation.rule, detail: violation.message, atMs: violation.atMs },
      sequence: world.traceLines,
    };
  });
}

function hit(store: Store, fault: DirectedFault, at: string): void {
  const { world, network, services } = store;
  const names = services.map(({ process }) => process.name);
  world.trace(`${fault} at ${at}`);
  switch (fault) {
    case 'kill it':
      return restartLater(store, at);
    case 'kill it twice':
      restartLater(store, at);
      world.schedule(world.now + downMs + 20, 'kill again', () => restartLater(store, at));
      return;
    case 'pause it':
      return store.service(at).process.pause(troubleMs);
    case 'isolate it':
      for (const other of names) {
        network.cut(at, other, world.now + troubleMs);
        network.cut(other, at, world.now + troubleMs);
      }
      return;
    case 'lose what it sends':
      for (const other of [...names, 'shoppers']) network.cut(at, other, world.now + troubleMs);
      return;
    case 'kill the leader':
      return restartLater(store, store.leader?.name ?? replicaNames[2]);
    case 'kill a follower':
      return restartLater(store, replicaNames.find((name) => name !== store.leader?.name) ?? replicaNames[0]);
    case 'kill the group':
      for (const name of replicaNames) restartLater(store, name);
      return;
    case 'kill the catalog':
      return restartLater(store, 'catalog');
    case 'kill frontend-1':
    case 'kill frontend-2':
      return restartLater(store, fault.slice('kill '.length));
    case 'kill everything':
      for (const name of names) restartLater(store, name);
      return;
    case 'cut frontend-1 off and kill the leader':
      // The sale waits for the lease of a cache that shoppers still ask, and the next leader asks for the same debit.
      network.cut('catalog', 'frontend-1', world.now + troubleMs);
      network.cut('frontend-1', 'catalog', world.now + troubleMs);
      return restartLater(store, store.leader?.name ?? replicaNames[2]);
    case 'cut the replicas apart':
      // For longer than a shopper's deadline: whoever waits is told something before there is a leader again.
      for (const from of replicaNames) {
        for (const to of replicaNames) network.cut(from, to, world.now + timing.orderDeadlineMs + troubleMs);
      }
      return;
    case 'the last debit comes again': {
      const [batch] = store.sentDebits.slice(-1);
      if (batch === undefined) return;
      for (const lateMs of [1, 150, 600, 1_100])
        world.schedule(world.now + lateMs, 'again', () => store.repeatDebit(batch));
      return;
    }
    case 'change the leader': {
      const { leader } = store;
      if (leader !== undefined)
        world.schedule(world.now, 'hand over', () => leader.transferLeadership(), leader.process);
    }
  }
}

function restartLater(store: Store, name: string): void {
  store.kill(name);
  store.world.schedule(store.world.now + downMs, 'restart', () => store.start(name));
}

export interface DirectedChoice {
  /** Of the first run. */
  readonly seed: number;
  /** How many for each fault at each point. Default 1. */
  readonly seeds?: number;
  /** Default: bare. */
  readonly host?: HostKind;
  /** Default: the usual one of each point. A point that is reached once in a run is hit then. */
  readonly visits?: readonly number[];
}

/** Every point with every fault, at each of the visits, from each of the seeds. */
export function allDirectedRuns({ seed, seeds = 1, host = 'bare', visits }: DirectedChoice): readonly DirectedRun[] {
  const rounds = Array.from({ length: seeds }, (_unused, round) => seed + round * directedFaults.length);
  return protocolPoints.flatMap(({ name: point }) =>
    directedFaults.flatMap((fault, position) =>
      visitsOf(point, visits).flatMap((visit) =>
        rounds.map((first) => ({ point, fault, seed: first + position, host, visit })),
      ),
    ),
  );
}

function visitsOf(point: ProtocolPoint, visits: readonly number[] | undefined): readonly number[] {
  return visits === undefined || reachedOnce.has(point) ? [usualVisit(point)] : visits;
}
