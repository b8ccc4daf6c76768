import { Counter, Gauge, register as defaultRegistry, type Registry } from 'prom-client';

/** Labels and value of one time series. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

export interface MetricDefinition {
  readonly name: string;
  readonly help: string;
  readonly kind: 'counter' | 'gauge';
  readonly labelNames: readonly string[];
}

type Source = () => readonly Sample[];

const sourcesOf = new WeakMap<Registry, Map<string, Set<Source>>>();

/**
 * Registers a metric whose values are read when it is scraped, so that counting costs an addition and nothing else.
 * Several caches of one process may register the same metric with one registry; their labels tell them apart.
 * Returns how to take the source away again.
 */
export function registerSource(
  registry: Registry | undefined,
  definition: MetricDefinition,
  source: Source,
): () => void {
  const target = registry ?? defaultRegistry;
  const sources = sourcesFor(target, definition.name);
  if (target.getSingleMetric(definition.name) === undefined) createMetric(target, definition, sources);
  sources.add(source);
  return () => sources.delete(source);
}

function sourcesFor(registry: Registry, name: string): Set<Source> {
  let byName = sourcesOf.get(registry);
  if (byName === undefined) sourcesOf.set(registry, (byName = new Map()));
  let sources = byName.get(name);
  if (sources === undefined) byName.set(name, (sources = new Set()));
  return sources;
}

function createMetric(
  registry: Registry,
  { name, help, kind, labelNames }: MetricDefinition,
  sources: Set<Source>,
): void {
  const common = { name, help, labelNames: [...labelNames], registers: [registry] };
  const samples = () => [...sources].flatMap((source) => source());
  if (kind === 'gauge') {
    new Gauge({
      ...common,
      collect() {
        this.reset();
        for (const { labels, value } of samples()) this.set(labels, value);
      },
    });
    return;
  }
  new Counter({
    ...common,
    collect() {
      this.reset();
      for (const { labels, value } of samples()) this.inc(labels, value);
    },
  });
}
