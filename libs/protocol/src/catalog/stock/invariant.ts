/** A rule of the stock does not hold. The process must end: going on could sell what is not there. */
export class StockInvariantError extends Error {
  override readonly name = 'StockInvariantError';
}

export function invariant(condition: boolean, why: string): asserts condition {
  if (!condition) throw new StockInvariantError(why);
}

export function unreachable(value: never): never {
  throw new StockInvariantError(`unreachable: ${JSON.stringify(value)}`);
}
