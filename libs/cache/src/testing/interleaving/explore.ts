import { Prng } from '../simulation/prng.js';
import { RealStore, type ChangedRules } from './real-store.js';
import { take, tell, type Step } from './step.js';
import { themes, type Theme } from './themes.js';

const stepsMin = 10;
const stepsMax = 60;
/** Of a shrinking counter-example. */
const attemptsMax = 300;

/** One way things may go: drawn from its seed alone. */
export interface History {
  readonly seed: number;
  readonly theme: string;
  readonly steps: readonly Step[];
}

export function drawHistory(seed: number): History {
  const random = new Prng(seed);
  // Seeds that follow one another begin alike.
  random.fraction();
  const theme = random.pick(themes);
  const steps = [...theme.opening(random)];
  for (let left = random.integer(stepsMin, stepsMax); left > 0; left -= 1) steps.push(drawStep(theme, random));
  return { seed, theme: theme.name, steps };
}

/** @returns what was broken; nothing when every promise was kept */
export async function run(steps: readonly Step[], changed: ChangedRules = {}): Promise<readonly string[]> {
  const store = new RealStore(changed);
  await store.start();
  for (const step of steps) {
    await take(step, store);
    store.checkBounds();
    if (store.broken.length > 0) return store.broken;
  }
  await store.checkRecovery();
  return store.broken;
}

export interface Breach {
  readonly history: History;
  /** Histories until then, this one included. */
  readonly runs: number;
  readonly broken: readonly string[];
}

/** Histories with the seeds from `seed` on, until one breaks a promise. */
export async function explore(
  { seed, runs }: { readonly seed: number; readonly runs: number },
  changed: ChangedRules = {},
): Promise<Breach | undefined> {
  for (let count = 1; count <= runs; count += 1) {
    const history = drawHistory(seed + count - 1);
    const broken = await run(history.steps, changed);
    if (broken.length > 0) return { history, runs: count, broken };
  }
  return undefined;
}

/** The same breach with as few steps as are found by leaving some out. */
export async function shrink({ history, broken }: Breach, changed: ChangedRules = {}): Promise<readonly string[]> {
  let { steps } = history;
  let seen = broken;
  let attempts = 0;
  for (let size = Math.ceil(steps.length / 2); size > 0; size = Math.floor(size / 2)) {
    for (let from = 0; from < steps.length && attempts < attemptsMax; attempts += 1) {
      const fewer = steps.filter((_, position) => position < from || position >= from + size);
      const found = await run(fewer, changed);
      if (found.length === 0) from += size;
      else [steps, seen] = [fewer, found];
    }
  }
  return [...steps.map((step, position) => `${String(position + 1).padStart(3)}. ${tell(step)}`), ...seen];
}

function drawStep({ weights }: Theme, random: Prng): Step {
  const total = weights.reduce((sum, [weight]) => sum + weight, 0);
  let left = random.fraction() * total;
  for (const [weight, draw] of weights) {
    left -= weight;
    if (left < 0) return draw(random);
  }
  return (weights.at(-1) as Theme['weights'][number])[1](random);
}
