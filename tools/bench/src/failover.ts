import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalStore } from '@toystore/lab';
import { withStore } from './bench-store.js';
import { quantile } from './figures.js';
import type { Measurement } from './measurement.js';
import { orderUntil, type OrderSample } from './order-load.js';

/** So that a p99 is more than the slowest one. Each takes 5 to 15 s, most of it for the restart of the replica. */
export const killsDefault = 200;
const killsMax = 10_000;
/** From `kill -9` of the leader to the next acknowledged order. */
const goalMs = { p50: 150, p99: 600 } as const;

/**
 * How long nobody gets an order acknowledged when the leader dies by `kill -9`: the longest time without an
 * acknowledgement between the kill and that of the first order that was sent after it. (Answers of the dead leader that
 * were still on their way do not end that time, they only begin it later.) Beside it the time until that first order is
 * acknowledged: a shopper sends it when its order before has come through, so it is two orders behind one another.
 */
export async function benchFailover({ kills = killsDefault, shoppers = 4 } = {}): Promise<Measurement> {
  if (!Number.isInteger(kills) || kills < 1 || kills > killsMax)
    throw new RangeError(`--kills takes a whole number from 1 to ${killsMax}, got ${kills}. Nothing was measured.`);
  return withStore(async (store) => {
    const stop = new AbortController();
    const samples: OrderSample[] = [];
    const load = Array.from({ length: shoppers }, () => orderUntil(store.url, stop.signal, samples));
    const outages: Outage[] = [];
    try {
      await sleep(2000);
      for (let kill = 0; kill < kills; kill++) outages.push(await killLeaderOnce(store, samples));
    } finally {
      stop.abort();
      await Promise.all(load);
    }
    const report = await store.verify();
    const silences = outages.map(({ silentMs }) => silentMs);
    const p50 = Math.round(quantile(silences, 0.5));
    const p99 = Math.round(quantile(silences, 0.99));
    return {
      title: 'Time without orders after kill -9 of the leader',
      conditions: `${kills} kills under the load of ${shoppers} shoppers, each replica restarted after its successor took over; ms`,
      columns: ['', 'kills', 'min', 'p50', 'p90', 'p99', 'max', 'orders', 'verify'],
      rows: [
        ['the goal', '', '', `≤ ${goalMs.p50}`, '', `≤ ${goalMs.p99}`, '', '', ''],
        ['without an acknowledgement', ...distribution(silences), report.orders, report.ok ? 'ok' : 'BROKEN'],
        [
          'until the first order sent after the kill',
          ...distribution(outages.map(({ firstSentAfterMs }) => firstSentAfterMs)),
          '',
          '',
        ],
      ],
      goals: [
        { goal: `p50 at most ${goalMs.p50} ms`, measured: `${p50} ms`, met: p50 <= goalMs.p50 },
        { goal: `p99 at most ${goalMs.p99} ms`, measured: `${p99} ms`, met: p99 <= goalMs.p99 },
        {
          goal: 'every invariant holds afterwards',
          measured: report.ok ? 'ok' : report.violations.map(({ detail }) => detail).join('; '),
          met: report.ok,
        },
      ],
    };
  });
}

interface Outage {
  readonly silentMs: number;
  readonly firstSentAfterMs: number;
}

function distribution(values: readonly number[]): number[] {
  return [values.length, ...[0, 0.5, 0.9, 0.99, 1].map((share) => Math.round(quantile(values, share)))];
}

async function killLeaderOnce(store: LocalStore, samples: OrderSample[]): Promise<Outage> {
  const { leader: name } = await store.status();
  if (name === null) throw new Error('There is no leader to kill; the last failover has not ended.');
  const killedAtMs = performance.now();
  const offset = samples.length;
  await store.kill(name, 'SIGKILL');
  const first = await firstSentAfter(samples, { killedAtMs, offset });
  store.start(name);
  // The restarted replica catches up before the next kill, or two of three would be down.
  await waitUntilCaughtUp(store, name);
  return {
    silentMs: longestSilence(samples.slice(offset), { fromMs: killedAtMs, toMs: first.acknowledgedAtMs }),
    firstSentAfterMs: first.acknowledgedAtMs - killedAtMs,
  };
}

function longestSilence(samples: readonly OrderSample[], { fromMs, toMs }: { fromMs: number; toMs: number }): number {
  const acknowledged = samples.map((sample) => sample.acknowledgedAtMs).filter((atMs) => atMs > fromMs && atMs <= toMs);
  const times = [fromMs, ...acknowledged.sort((left, right) => left - right)];
  return Math.max(...times.slice(1).map((atMs, offset) => atMs - (times[offset] as number)));
}

async function firstSentAfter(
  samples: OrderSample[],
  { killedAtMs, offset }: { killedAtMs: number; offset: number },
): Promise<OrderSample> {
  const deadline = performance.now() + 60_000;
  let next = offset;
  while (performance.now() < deadline) {
    for (; next < samples.length; next++) {
      const sample = samples[next] as OrderSample;
      if (sample.startedAtMs >= killedAtMs || sample.tries > 1) return sample;
    }
    await sleep(1);
  }
  throw new Error('No order was acknowledged within 60 s of the kill; see the logs of the replicas.');
}

/** Entries that may still be on their way to a replica that counts as caught up. */
const lagMax = 64;

async function waitUntilCaughtUp(store: LocalStore, name: string): Promise<void> {
  await store.waitUntilReady({ limitMs: 60_000, names: [name] });
  const deadline = performance.now() + 60_000;
  while (performance.now() < deadline) {
    const { services } = await store.status();
    const replica = services.find((service) => service.name === name);
    const leader = services.find((service) => service.role === 'leader');
    // A replica that has not answered yet has applied nothing that is known: then two of three would be down.
    if (typeof leader?.commitIndex === 'number' && typeof replica?.appliedIndex === 'number') {
      if (leader.commitIndex - replica.appliedIndex <= lagMax) return;
    }
    await sleep(100);
  }
  throw new Error(`${name} did not catch up within 60 s of its restart.`);
}
