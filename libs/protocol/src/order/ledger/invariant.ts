/** A rule of the ledger does not hold. The process must end: going on could break a promise to a shopper. */
export class LedgerInvariantError extends Error {
  override readonly name = 'LedgerInvariantError';
}

export function invariant(condition: boolean, why: string): asserts condition {
  if (!condition) throw new LedgerInvariantError(why);
}

export function unreachable(value: never): never {
  throw new LedgerInvariantError(`unreachable: ${JSON.stringify(value)}`);
}
