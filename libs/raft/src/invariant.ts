/** A rule of the algorithm does not hold. The process must end: continuing could break a promise. */
export class InvariantViolation extends Error {
  override readonly name = 'InvariantViolation';
}

/**
 * Stays on in production: a broken invariant must stop the replica, not the argument about why it is safe.
 *
 * @param why with values in it, as a function: a hot path must not put sentences together that nobody reads.
 */
export function invariant(condition: boolean, why: string | (() => string)): asserts condition {
  if (!condition) throw new InvariantViolation(typeof why === 'string' ? why : why());
}

export function unreachable(value: never): never {
  throw new InvariantViolation(`unreachable: ${JSON.stringify(value)}`);
}
