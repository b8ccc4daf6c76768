import type { PlaceOrderAnswer } from '../placing/place-order.js';
import type { ScriptedGroup } from './scripted-group.js';

export interface Wish {
  readonly key: string;
  readonly name: string;
  readonly quantity: number;
}

/** For what is broken, not for a machine that stalls. */
const patienceMs = 30_000;

/** Answers with which a shopper is done. */
export type FinalAnswer = Extract<PlaceOrderAnswer, { kind: 'placed' | 'refused' | 'key_reused' }>;

/**
 * Asks whoever leads, under one key, until there is a final answer: what the frontend does for its shoppers. A leader
 * that dies in between never answers, so the question is put to the next one.
 */
export async function shop(group: ScriptedGroup, { key, name, quantity }: Wish): Promise<FinalAnswer> {
  for (let attempts = 0; attempts < 500; attempts++) {
    const asked = group.leader;
    if (asked === undefined) {
      await soon();
      continue;
    }
    const deadline = performance.now() + 600_000;
    const answer = await Promise.race([
      asked.placeOrder.place({ key, name, quantity, deadline }),
      untilGone(group, asked),
    ]);
    switch (answer.kind) {
      case 'placed':
      case 'refused':
      case 'key_reused':
        return answer;
      default:
        await soon();
    }
  }
  throw new Error(`The order of ${key} was not answered in 500 attempts.`);
}

/** Resolves when the condition holds; looks again after everything that is ready has run. */
export async function until(condition: () => boolean, what: string): Promise<void> {
  const giveUpAt = performance.now() + patienceMs;
  while (!condition()) {
    if (performance.now() > giveUpAt) throw new Error(`Waited in vain until ${what}.`);
    await soon();
  }
}

async function untilGone(group: ScriptedGroup, asked: NonNullable<ScriptedGroup['leader']>): Promise<{ kind: 'gone' }> {
  const giveUpAt = performance.now() + patienceMs;
  while (group.leader === asked && asked.isAlive) {
    // Of what is broken: a test that waited on would hide what it was, and go on after its end.
    if (performance.now() > giveUpAt) throw new Error(`${asked.id} leads and has not answered for ${patienceMs} ms.`);
    await soon();
  }
  // What a deposed leader still learns from the log is a true answer too; one moment is left for it.
  await soon();
  return { kind: 'gone' };
}

export function soon(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 1));
}
