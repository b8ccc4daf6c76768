import { Worker } from 'node:worker_threads';
import type { Hunt, HuntLimits } from './hunt.js';
import type { HuntAnswer, HuntOrder } from './hunt-worker.js';

export interface ZooReport {
  /** In the order of the mutants. */
  readonly hunts: readonly Hunt[];
  /** Mutants that could not be made: their anchors are stale. */
  readonly problems: readonly string[];
}

/** Hunts mutants on several threads. */
export async function runZoo(
  mutants: readonly string[],
  limits: HuntLimits & { readonly workers: number },
): Promise<ZooReport> {
  const waiting = [...mutants];
  const hunts = new Map<string, Hunt>();
  const problems: string[] = [];
  const { workers, ...huntLimits } = limits;

  const work = async (): Promise<void> => {
    const worker = new Worker(new URL('./hunt-worker.js', import.meta.url));
    try {
      for (let mutant = waiting.shift(); mutant !== undefined; mutant = waiting.shift()) {
        const answer = await answerOf(worker, { mutant, ...huntLimits });
        if (answer.kind === 'done') hunts.set(mutant, answer.hunt);
        else problems.push(answer.why);
      }
    } finally {
      await worker.terminate();
    }
  };

  await Promise.all(Array.from({ length: workers }, work));
  return { hunts: mutants.flatMap((name) => hunts.get(name) ?? []), problems };
}

function answerOf(worker: Worker, order: HuntOrder): Promise<HuntAnswer> {
  return new Promise((resolve, reject) => {
    worker.once('error', reject);
    worker.once('message', (answer: HuntAnswer) => {
      worker.off('error', reject);
      resolve(answer);
    });
    worker.postMessage(order);
  });
}
