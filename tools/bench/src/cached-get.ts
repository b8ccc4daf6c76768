import { loadGet, type LoadFigures } from './http-load.js';
import { median, round } from './figures.js';
import type { Measurement } from './measurement.js';
import { pidOf, withStore } from './bench-store.js';
import { startYardstick } from './yardstick.js';

/** A cached product against a bare Fastify route that returns the same bytes, in alternating rounds. */
export async function benchCachedGet({ rounds = 5, seconds = 3 } = {}): Promise<Measurement> {
  return withStore(async (store) => {
    const url = `${store.url}/products/tux`;
    const first = await fetch(url);
    const body = await first.text();
    const yardstick = await startYardstick('bare-fastify.js', { BODY: body });
    const frontend = await pidOf(store, 'frontend');
    const samples = { bare: [] as LoadFigures[], cached: [] as LoadFigures[] };
    try {
      for (let round = 0; round <= rounds; round++) {
        const bare = await loadGet({ url: `${yardstick.url}/products/tux`, pid: yardstick.pid, seconds, connections: 16 });
        const cached = await loadGet({ url, pid: frontend, seconds, connections: 16 });
        // The first round warms both up.
        if (round > 0) {
          samples.bare.push(bare);
          samples.cached.push(cached);
        }
      }
    } finally {
      await yardstick.stop();
    }
    const row = (name: string, figures: LoadFigures[]): (string | number)[] => [
      name,
      Math.round(median(figures.map((each) => each.requestsPerSecond))),
      round(median(figures.map((each) => each.cpuMicrosPerRequest))),
      round(median(figures.map((each) => each.p99Ms)), 2),
      round(
        median(figures.map((each, offset) => (samples.bare[offset] as LoadFigures).cpuMicrosPerRequest / each.cpuMicrosPerRequest)),
        2,
      ),
    ];
    const cached = row('cached product GET', samples.cached);
    const ratio = Number(cached[4]);
    return {
      title: 'Cached product GET beside a bare Fastify route with the same bytes',
      conditions: `${rounds} alternating rounds of ${seconds} s, 16 kept-alive connections, load on the same machine; medians`,
      columns: ['route', 'requests/s', 'CPU µs/request', 'p99 ms', 'ratio (CPU)'],
      rows: [row('bare Fastify', samples.bare), cached],
      goals: [{ goal: 'at least 0.9 of bare Fastify', measured: String(ratio), met: ratio >= 0.9 }],
    };
  });
}
