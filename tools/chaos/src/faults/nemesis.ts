import { setTimeout as sleep } from 'node:timers/promises';
import { LabError, type LocalStore } from '@toystore/lab';
import type { Ailment } from './ailment.js';
import type { Counterpart, Fault } from './fault-plan.js';
import type { Outage } from './outage.js';

/** How long a restarted process may take on a machine that is busy; the store recovers long before. */
const recoveryLimitMs = 120_000;
const retryMs = 100;
const signsOfDeath: ReadonlySet<string> = new Set(['no-answer', 'already-dead', 'start-failed']);

/**
 * Does one thing after the other to a running store until told to stop. What was killed is started again, what was cut is
 * healed, and all of it is ready before the next fault, so that every fault hits a store that works; when it returns
 * everything is up. Cuts need a store that was started with `faults`.
 */
export async function harass(store: LocalStore, faults: Iterator<Fault>, stop: AbortSignal): Promise<Outage[]> {
  const done: Outage[] = [];
  for (;;) {
    const { value: fault } = faults.next() as IteratorYieldResult<Fault>;
    await pass(fault.gapMs, stop);
    if (stop.aborted) return done;
    const names = await namesOf(store, fault);
    const counterparts = fault.kind === 'cut' ? counterpartsOf(store, fault.from, names) : [];
    const fromMs = performance.now();
    await inflict(store, fault, { names, counterparts, stop });
    await store.waitUntilReady({ limitMs: recoveryLimitMs, names: [...names, ...counterparts] });
    done.push({ fault, names, counterparts, fromMs, untilMs: performance.now() });
  }
}

interface Targets {
  readonly names: readonly string[];
  readonly counterparts: readonly string[];
  readonly stop: AbortSignal;
}

/** Resolves when the fault is over: at the latest after its time, earlier when the run ends. */
async function inflict(store: LocalStore, fault: Fault, { names, counterparts, stop }: Targets): Promise<void> {
  switch (fault.kind) {
    case 'kill':
      await Promise.all(names.map((name) => store.kill(name, 'SIGKILL')));
      await pass(fault.downMs, stop);
      for (const name of names) store.start(name);
      return;
    case 'pause':
      for (const name of names) await store.pause(name);
      await pass(fault.downMs, stop);
      for (const name of names) store.resume(name);
      return;
    case 'suffer':
      await Promise.all(names.map((name) => suffer(store, name, fault.ailment)));
      await pass(fault.downMs, stop);
      await Promise.all(names.map((name) => relieve(store, name)));
      return;
    case 'cut': {
      const { loss, refuse } = fault;
      for (const victim of names) {
        for (const other of counterparts) {
          const [a, b] = loss === 'to-victim' ? [other, victim] : [victim, other];
          await store.cut(a, b, { oneWay: loss !== 'both-ways', refuse });
        }
      }
      await pass(fault.downMs, stop);
      await store.heal();
      return;
    }
  }
}

/** Arms everything of the ailment, as far as the process lives to be told. */
async function suffer(store: LocalStore, name: string, ailment: Ailment): Promise<void> {
  for (const fault of ailment) if (!(await unlessItDies(() => store.fault(name, fault)))) return;
}

/** Starts what has died, and ends what is armed in what lives, as soon as it can be told; it is ready then. */
async function relieve(store: LocalStore, name: string): Promise<void> {
  const isDead = (): boolean => store.services.some((service) => service.name === name && service.state === 'dead');
  const ready = (): Promise<void> => store.waitUntilReady({ limitMs: recoveryLimitMs, names: [name] });
  while (!isDead()) {
    if (!(await unlessItDies(() => store.fault(name, { kind: 'clear' })))) await sleep(retryMs);
    // A sync that failed just before may still end the process.
    else if (await unlessItDies(ready)) return;
  }
  store.start(name);
  await ready();
}

/** False when the process has died, or does not answer because it stands still or is about to die. */
async function unlessItDies(tell: () => Promise<unknown>): Promise<boolean> {
  try {
    await tell();
    return true;
  } catch (error) {
    if (error instanceof LabError && signsOfDeath.has(error.code)) return false;
    throw error;
  }
}

/** Waits, but no longer than until the stop. */
async function pass(ms: number, stop: AbortSignal): Promise<void> {
  if (stop.aborted) return;
  try {
    await sleep(ms, undefined, { signal: stop });
  } catch (error) {
    if ((error as Error).name !== 'AbortError') throw error;
  }
}

function namesOfKind(store: LocalStore, kind: 'order' | 'frontend' | 'catalog'): string[] {
  return store.services.filter(({ spec }) => spec.kind === kind).map(({ name }) => name);
}

async function namesOf(store: LocalStore, { victim, which }: Fault): Promise<string[]> {
  const orders = namesOfKind(store, 'order');
  switch (victim) {
    case 'all-orders':
      return orders;
    case 'catalog':
      return ['catalog'];
    case 'frontend':
      return [choose(namesOfKind(store, 'frontend'), which)];
    case 'leader':
    case 'follower': {
      const { leader } = await store.status();
      // Between two leaders any replica is as good a victim.
      if (victim === 'leader' && leader !== null) return [leader];
      return [
        choose(
          orders.filter((name) => name !== leader),
          which,
        ),
      ];
    }
  }
}

function counterpartsOf(store: LocalStore, from: Counterpart, names: readonly string[]): string[] {
  const kinds = { orders: 'order', catalog: 'catalog', frontends: 'frontend' } as const;
  return namesOfKind(store, kinds[from]).filter((name) => !names.includes(name));
}

function choose(names: readonly string[], which: number): string {
  const chosen = names[Math.min(names.length - 1, Math.floor(which * names.length))];
  if (chosen === undefined) throw new RangeError('Nobody to choose from: the store has no such process.');
  return chosen;
}
