import type { ProductAudit } from '@toystore/contracts';
import type { Violation } from './violation.js';

export interface ProductVerdict {
  readonly name: string;
  readonly initial: number;
  readonly restocked: number;
  readonly sold: number;
  readonly current: number;
  readonly ok: boolean;
}

/** A product's books and whether they balance: initial + restocked − sold = current ≥ 0. */
export function judgeProduct({ name, initial, restocked, sold, current }: ProductAudit): ProductVerdict {
  return { name, initial, restocked, sold, current, ok: initial + restocked - sold === current && current >= 0 };
}

export function stockViolations(verdicts: readonly ProductVerdict[]): readonly Violation[] {
  return verdicts
    .filter(({ ok }) => !ok)
    .map(({ name, initial, restocked, sold, current }) => ({
      invariant: 'stock-conservation',
      subject: name,
      detail: `${initial} initial + ${restocked} restocked − ${sold} sold = ${initial + restocked - sold}, but the stock is ${current}.`,
    }));
}
