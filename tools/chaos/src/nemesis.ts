import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalStore } from '@toystore/lab';
import type { Fault, Victim } from './fault-plan.js';

export interface FaultDone {
  readonly kind: Fault['kind'];
  readonly victim: Victim;
  readonly names: readonly string[];
  readonly atMs: number;
}

const allOrders = ['order-1', 'order-2', 'order-3'];

/** How long a restarted process may take on a machine that is busy; the store recovers long before. */
const recoveryLimitMs = 120_000;

/**
 * Does one thing after the other to a running store until the time is up. What was killed is started again and is
 * ready before the next fault, so that every fault hits a store that works; when it returns everything is up.
 */
export async function harass(store: LocalStore, faults: Iterator<Fault>, durationMs: number): Promise<FaultDone[]> {
  const startMs = performance.now();
  const done: FaultDone[] = [];
  for (;;) {
    const { value: fault } = faults.next();
    const leftMs = startMs + durationMs - performance.now();
    if (fault.gapMs >= leftMs) {
      await sleep(Math.max(0, leftMs));
      return done;
    }
    await sleep(fault.gapMs);
    const names = await namesOf(store, fault.victim);
    done.push({ kind: fault.kind, victim: fault.victim, names, atMs: Math.round(performance.now() - startMs) });
    if (fault.kind === 'kill') {
      await Promise.all(names.map((name) => store.kill(name, 'SIGKILL')));
      await sleep(fault.downMs);
      for (const name of names) store.start(name);
    } else {
      for (const name of names) await store.pause(name);
      await sleep(fault.downMs);
      for (const name of names) store.resume(name);
    }
    await store.waitUntilReady({ limitMs: recoveryLimitMs, names });
  }
}

async function namesOf(store: LocalStore, victim: Victim): Promise<string[]> {
  if (victim === 'all-orders') return allOrders;
  if (victim === 'catalog' || victim === 'frontend') return [victim];
  const { leader } = await store.status();
  // Between two leaders any replica is as good a victim.
  if (victim === 'leader') return [leader ?? 'order-3'];
  return [allOrders.find((name) => name !== leader) ?? 'order-1'];
}
