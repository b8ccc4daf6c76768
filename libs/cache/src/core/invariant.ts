/** A rule of the algorithm does not hold: answering on would risk a stale value. */
export class CacheInvariantViolation extends Error {
  override readonly name = 'CacheInvariantViolation';
}

/** Stays on in production. */
export function invariant(condition: boolean, why: string): asserts condition {
  if (!condition) throw new CacheInvariantViolation(why);
}

export function unreachable(value: never): never {
  throw new CacheInvariantViolation(`unreachable: ${JSON.stringify(value)}`);
}
