const single = /^\d+(?:\.\d+)?$/;
const sweep = /^(\d+(?:\.\d+)?)\.\.(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/;
const stepsMax = 1_000;

/** Reads `0.2`, or the sweep `0..1:0.2` (from, to, step; both ends included). Undefined for anything else. */
export function parseProbabilities(text: string): readonly number[] | undefined {
  if (single.test(text)) return isProbability(Number(text)) ? [Number(text)] : undefined;
  const [, from, to, step] = (sweep.exec(text) ?? []).map(Number);
  if (from === undefined || to === undefined || step === undefined) return undefined;
  if (!isProbability(from) || !isProbability(to) || from > to || step <= 0) return undefined;
  // Steps are counted, not added up: 0.1 + 0.2 is not 0.3.
  const steps = Math.floor((to - from) / step + 1e-9);
  if (steps > stepsMax) return undefined;
  return Array.from({ length: steps + 1 }, (_, count) => Number((from + count * step).toFixed(9)));
}

function isProbability(value: number): boolean {
  return value >= 0 && value <= 1;
}
