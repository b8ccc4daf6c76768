import { parentPort } from 'node:worker_threads';
import { hunt, type Hunt, type HuntLimits } from './hunt.js';
import { allMutants } from './mutants/all-mutants.js';

export interface HuntOrder extends HuntLimits {
  readonly mutant: string;
}

export type HuntAnswer =
  | { readonly kind: 'done'; readonly hunt: Hunt }
  | { readonly kind: 'failed'; readonly mutant: string; readonly why: string };

/** A thread that hunts one mutant after the other. */
parentPort?.on('message', (order: HuntOrder) => {
  answer(order).then(
    (hunted) => parentPort?.postMessage(hunted),
    (error: unknown) => parentPort?.postMessage({ kind: 'failed', mutant: order.mutant, why: String(error) }),
  );
});

async function answer({ mutant: name, ...limits }: HuntOrder): Promise<HuntAnswer> {
  const mutant = allMutants.find((each) => each.name === name);
  if (mutant === undefined) throw new RangeError(`there is no mutant ${name}`);
  return { kind: 'done', hunt: await hunt(mutant, limits) };
}
