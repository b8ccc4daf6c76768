import { Worker } from 'node:worker_threads';
import type { FailedSeed, SeedRange, SeedsRun } from './run-seeds.js';
import { addTotals, noTotals, type Totals } from './totals.js';

export interface CampaignOptions {
  readonly schedules: number;
  readonly firstSeed: number;
  readonly workers: number;
  /** Begins no further range of seeds after this time, ms. */
  readonly endAfterMs: number;
  readonly repeatEvery: number;
  readonly onProgress: (progress: CampaignProgress) => void;
}

export interface CampaignProgress {
  readonly totals: Totals;
  readonly failures: readonly FailedSeed[];
  readonly elapsedMs: number;
  /** Of all threads, seconds. */
  readonly cpuSeconds: number;
}

const seedsARange = 50;
/** A core that is broken breaks in every schedule; nobody reads more of them. */
const failuresMax = 20;

/** Runs schedules on several threads, range by range, until all are done, time is up or too many failed. */
export async function runCampaign(options: CampaignOptions): Promise<CampaignProgress> {
  const campaign = new Campaign(options);
  await Promise.all(Array.from({ length: options.workers }, () => campaign.work()));
  return campaign.progress();
}

class Campaign {
  private readonly totals = noTotals();
  private readonly failures: FailedSeed[] = [];
  private readonly startedAt = performance.now();
  private readonly cpuAtStart = process.cpuUsage();
  private nextSeed: number;

  constructor(private readonly options: CampaignOptions) {
    this.nextSeed = options.firstSeed;
  }

  progress(): CampaignProgress {
    const { user, system } = process.cpuUsage(this.cpuAtStart);
    return {
      totals: this.totals,
      failures: this.failures,
      elapsedMs: performance.now() - this.startedAt,
      cpuSeconds: (user + system) / 1e6,
    };
  }

  async work(): Promise<void> {
    const worker = new Worker(new URL('./seed-worker.js', import.meta.url));
    try {
      for (let range = this.takeRange(); range !== undefined; range = this.takeRange()) {
        const { totals, failures } = await answerOf(worker, range);
        addTotals(this.totals, totals);
        this.failures.push(...failures);
        this.options.onProgress(this.progress());
      }
    } finally {
      await worker.terminate();
    }
  }

  private takeRange(): SeedRange | undefined {
    const { firstSeed, schedules, endAfterMs, repeatEvery } = this.options;
    const left = firstSeed + schedules - this.nextSeed;
    const isTimeUp = performance.now() - this.startedAt >= endAfterMs;
    if (left <= 0 || isTimeUp || this.failures.length >= failuresMax) return undefined;
    const range = { first: this.nextSeed, count: Math.min(left, seedsARange), repeatEvery };
    this.nextSeed += range.count;
    return range;
  }
}

function answerOf(worker: Worker, range: SeedRange): Promise<SeedsRun> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (answer: SeedsRun) => {
      worker.off('error', reject);
      resolve(answer);
    });
    worker.postMessage(range);
  });
}
