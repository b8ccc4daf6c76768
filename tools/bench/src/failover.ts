import { setTimeout as sleep } from 'node:timers/promises';
import type { LocalStore } from '@toystore/lab';
import { withStore } from './bench-store.js';
import { quantile } from './figures.js';
import type { Measurement } from './measurement.js';
import { orderUntil, type OrderSample } from './order-load.js';

/**
 * Time from `kill -9` of the leader to the next acknowledged order. Only orders that were sent after the kill count:
 * an answer that was already on its way says nothing about the new leader.
 */
export async function benchFailover({ kills = 20, shoppers = 4 } = {}): Promise<Measurement> {
  return withStore(async (store) => {
    const stop = new AbortController();
    const samples: OrderSample[] = [];
    const load = Array.from({ length: shoppers }, () => orderUntil(store.url, stop.signal, samples));
    const outages: number[] = [];
    try {
      await sleep(2000);
      for (let kill = 0; kill < kills; kill++) outages.push(await killLeaderOnce(store, samples));
    } finally {
      stop.abort();
      await Promise.all(load);
    }
    const report = await store.verify();
    const p50 = Math.round(quantile(outages, 0.5));
    const p99 = Math.round(quantile(outages, 0.99));
    return {
      title: 'Time without orders after kill -9 of the leader',
      conditions: `${kills} kills under the load of ${shoppers} shoppers, each replica restarted after its successor took over; ms`,
      columns: ['kills', 'min', 'p50', 'p90', 'p99', 'max', 'orders', 'verify'],
      rows: [
        [
          kills,
          Math.round(quantile(outages, 0)),
          p50,
          Math.round(quantile(outages, 0.9)),
          p99,
          Math.round(Math.max(...outages)),
          report.orders,
          report.ok ? 'ok' : 'BROKEN',
        ],
      ],
      goals: [
        { goal: 'p50 at most 150 ms', measured: `${p50} ms`, met: p50 <= 150 },
        { goal: 'p99 at most 600 ms', measured: `${p99} ms`, met: p99 <= 600 },
        { goal: 'every invariant holds afterwards', measured: report.ok ? 'ok' : report.violations.map(({ detail }) => detail).join('; '), met: report.ok },
      ],
    };
  });
}

async function killLeaderOnce(store: LocalStore, samples: OrderSample[]): Promise<number> {
  const { leader: name } = await store.status();
  if (name === null) throw new Error('There is no leader to kill; the last failover has not ended.');
  const killedAtMs = performance.now();
  const offset = samples.length;
  await store.kill(name, 'SIGKILL');
  const first = await firstSentAfter(samples, { killedAtMs, offset });
  store.start(name);
  // The restarted replica catches up before the next kill, or two of three would be down.
  await waitUntilCaughtUp(store, name);
  return first.acknowledgedAtMs - killedAtMs;
}

async function firstSentAfter(samples: OrderSample[], { killedAtMs, offset }: { killedAtMs: number; offset: number }): Promise<OrderSample> {
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
