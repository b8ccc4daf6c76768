import { setTimeout as sleep } from 'node:timers/promises';
import { pidOf, withStore } from './bench-store.js';
import { cpuMicrosOf } from './cpu-time.js';
import { quantile, round } from './figures.js';
import type { Measurement } from './measurement.js';
import { orderUntil, type OrderSample } from './order-load.js';
import { startYardstick, type Yardstick } from './yardstick.js';

const processes = ['frontend', 'order-1', 'order-2', 'order-3', 'catalog'];

/**
 * Orders a second end to end, and where the CPU time of one goes. Beside it, interleaved and under the same load, a bare
 * Fastify route that takes the same body and answers at once: the price of a single exchange on this machine, of which an
 * order needs several.
 */
export async function benchOrders({
  connections = [1, 4, 16, 64],
  seconds = 8,
  warmUpSeconds = 20,
} = {}): Promise<Measurement> {
  const yardstick = await startYardstick('bare-fastify.js', {});
  try {
    return await withStore(async (store) => {
      await loadFor(yardstick.url, 16, 3);
      await loadFor(store.url, 16, warmUpSeconds);
      const pids = await Promise.all(processes.map((name) => pidOf(store, name)));
      const rows: (string | number)[][] = [];
      let at16 = { rate: 0, bareRate: 0 };
      for (const count of connections) {
        const bare = await measureBare(yardstick, count, seconds / 4);
        const before = pids.map(cpuMicrosOf);
        const clientBefore = process.cpuUsage();
        const samples = await loadFor(store.url, count, seconds);
        const client = process.cpuUsage(clientBefore);
        const perOrder = pids.map((pid, offset) =>
          Math.round((cpuMicrosOf(pid) - (before[offset] as number)) / samples.length),
        );
        const load = Math.round((client.user + client.system) / samples.length);
        const latencies = samples.map((sample) => sample.acknowledgedAtMs - sample.startedAtMs);
        const rate = samples.length / seconds;
        if (count === 16) at16 = { rate, bareRate: bare.rate };
        rows.push([
          count,
          Math.round(rate),
          round(quantile(latencies, 0.5)),
          round(quantile(latencies, 0.99)),
          ...perOrder,
          load,
          perOrder.reduce((sum, micros) => sum + micros, load),
          Math.round(bare.rate),
          bare.micros,
        ]);
      }
      return {
        title: 'Orders end to end: page to majority on disk, stock debited, caches invalidated',
        conditions: `${seconds} s each after ${warmUpSeconds} s of warm-up, load on the same cores, one kept-alive connection a shopper; CPU in µs per order. Bare: a Fastify route that answers the same POST at once, load included`,
        columns: [
          'connections',
          'orders/s',
          'p50 ms',
          'p99 ms',
          ...processes.map((name) => `${name} µs`),
          'load µs',
          'sum µs',
          'bare/s',
          'bare µs',
        ],
        rows,
        goals: [
          {
            goal: 'at least 600 orders/s at 16 connections',
            measured: `${Math.round(at16.rate)}/s where a bare route answers ${Math.round(at16.bareRate)}/s (${round(at16.bareRate / at16.rate)} of them an order)`,
            met: at16.rate >= 600,
          },
        ],
      };
    });
  } finally {
    await yardstick.stop();
  }
}

async function measureBare(
  yardstick: Yardstick,
  connections: number,
  seconds: number,
): Promise<{ rate: number; micros: number }> {
  const before = cpuMicrosOf(yardstick.pid);
  const clientBefore = process.cpuUsage();
  const { length } = await loadFor(yardstick.url, connections, seconds);
  const client = process.cpuUsage(clientBefore);
  return {
    rate: length / seconds,
    micros: Math.round((cpuMicrosOf(yardstick.pid) - before + client.user + client.system) / length),
  };
}

async function loadFor(url: string, connections: number, seconds: number): Promise<OrderSample[]> {
  const stop = new AbortController();
  const samples: OrderSample[] = [];
  const load = Array.from({ length: connections }, () => orderUntil(url, stop.signal, samples));
  await sleep(seconds * 1000);
  const inTime = samples.length;
  stop.abort();
  await Promise.all(load);
  return samples.slice(0, inTime);
}
