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

/** Carries out a plan against a running store; whatever it took down is up again when it returns. */
export async function carryOut(store: LocalStore, plan: readonly Fault[]): Promise<FaultDone[]> {
  const startMs = performance.now();
  const done: FaultDone[] = [];
  for (const fault of plan) {
    await sleep(Math.max(0, startMs + fault.atMs - performance.now()));
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
  }
  return done;
}

async function namesOf(store: LocalStore, victim: Victim): Promise<string[]> {
  if (victim === 'all-orders') return allOrders;
  if (victim === 'catalog' || victim === 'frontend') return [victim];
  const { leader } = await store.status();
  // Between two leaders any replica is as good a victim.
  if (victim === 'leader') return [leader ?? 'order-3'];
  return [allOrders.find((name) => name !== leader) ?? 'order-1'];
}
