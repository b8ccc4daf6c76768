import { setTimeout as sleep } from 'node:timers/promises';
import { pidOf, withStore } from './bench-store.js';
import { cpuMicrosOf } from './cpu-time.js';
import { quantile, round } from './figures.js';
import type { Measurement } from './measurement.js';
import { orderUntil, type OrderSample } from './order-load.js';

const processes = ['frontend', 'order-1', 'order-2', 'order-3', 'catalog'];

/** Orders a second end to end, and where the CPU time of one goes. */
export async function benchOrders({ connections = [1, 4, 16, 64], seconds = 8 } = {}): Promise<Measurement> {
  return withStore(async (store) => {
    await loadFor(store.url, 16, 3);
    const pids = await Promise.all(processes.map((name) => pidOf(store, name)));
    const rows: (string | number)[][] = [];
    let at16 = 0;
    for (const count of connections) {
      const before = pids.map(cpuMicrosOf);
      const clientBefore = process.cpuUsage();
      const samples = await loadFor(store.url, count, seconds);
      const client = process.cpuUsage(clientBefore);
      const perOrder = pids.map((pid, offset) => Math.round((cpuMicrosOf(pid) - (before[offset] as number)) / samples.length));
      const latencies = samples.map((sample) => sample.acknowledgedAtMs - sample.startedAtMs);
      const rate = samples.length / seconds;
      if (count === 16) at16 = rate;
      rows.push([
        count,
        Math.round(rate),
        round(quantile(latencies, 0.5)),
        round(quantile(latencies, 0.99)),
        ...perOrder,
        Math.round((client.user + client.system) / samples.length),
      ]);
    }
    return {
      title: 'Orders end to end: page to majority on disk, stock debited, caches invalidated',
      conditions: `${seconds} s each after a warm-up, load on the same cores, one kept-alive connection a shopper; CPU in µs per order`,
      columns: ['connections', 'orders/s', 'p50 ms', 'p99 ms', ...processes.map((name) => `${name} µs`), 'load µs'],
      rows,
      goals: [{ goal: 'at least 600 orders/s at 16 connections', measured: `${Math.round(at16)}/s`, met: at16 >= 600 }],
    };
  });
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
