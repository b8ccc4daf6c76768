import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';

/** Percentiles of one kind of request, in ms; all null when there was none. */
export interface LatencySummary {
  readonly count: number;
  readonly p50Ms: number | null;
  readonly p95Ms: number | null;
  readonly p99Ms: number | null;
  readonly maxMs: number | null;
}

/** Collects latencies at microsecond resolution in constant memory (a high dynamic range histogram, three digits). */
export class LatencyRecorder {
  readonly #histogram: RecordableHistogram = createHistogram();

  record(latencyMs: number): void {
    this.#histogram.record(Math.max(1, Math.round(latencyMs * 1_000)));
  }

  /** Takes over everything that another recorder has seen. */
  add(other: LatencyRecorder): void {
    this.#histogram.add(other.#histogram);
  }

  summary(): LatencySummary {
    const { count } = this.#histogram;
    if (count === 0) return { count, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null };
    const percentileMs = (percentile: number): number => this.#histogram.percentile(percentile) / 1_000;
    return {
      count,
      p50Ms: percentileMs(50),
      p95Ms: percentileMs(95),
      p99Ms: percentileMs(99),
      maxMs: this.#histogram.max / 1_000,
    };
  }
}
