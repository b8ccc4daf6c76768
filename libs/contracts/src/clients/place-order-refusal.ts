import type { FieldProblem } from '../problem/problem-details.js';

import { integerMember, type ProblemAnswer, textMember } from './answer.js';

/** The replica is not the leader; `leader` is the id of the one it knows. Nothing was done. */
export interface NotLeader {
  readonly kind: 'not_leader';
  readonly leader: string | undefined;
  readonly term: number;
}

/** Every way in which an order is answered without being placed. Only `outcome_unknown` may have placed it. */
export type PlaceOrderRefusal =
  | { readonly kind: 'unknown_product'; readonly detail: string }
  | { readonly kind: 'insufficient_stock'; readonly detail: string }
  | { readonly kind: 'invalid'; readonly detail: string; readonly errors: readonly FieldProblem[] }
  | { readonly kind: 'key_reused'; readonly detail: string }
  /** Nobody could take the order before the deadline; certainly not placed. */
  | { readonly kind: 'no_leader'; readonly detail: string; readonly retryAfterMs: number | undefined }
  | { readonly kind: 'overloaded'; readonly detail: string; readonly retryAfterMs: number | undefined }
  /** There is a leader, but something that it needs (the catalog) cannot be reached; certainly not placed. */
  | { readonly kind: 'unavailable'; readonly detail: string; readonly retryAfterMs: number | undefined }
  /** It may have been placed; ask again with the same key. */
  | { readonly kind: 'outcome_unknown'; readonly detail: string };

/** Reads a refusal out of an error answer; `undefined` for one that is none. */
export function placeOrderRefusal(problem: ProblemAnswer): PlaceOrderRefusal | undefined {
  const { detail, retryAfterMs } = problem;
  switch (problem.status) {
    case 400:
      if (problem.code === 'insufficient-stock') return { kind: 'insufficient_stock', detail };
      return { kind: 'invalid', detail, errors: fieldProblems(problem) };
    case 404:
      return problem.code === 'unknown-product' ? { kind: 'unknown_product', detail } : undefined;
    case 422:
      return { kind: 'key_reused', detail };
    case 429:
      return { kind: 'overloaded', detail, retryAfterMs };
    case 503:
      return { kind: problem.code === 'unavailable' ? 'unavailable' : 'no_leader', detail, retryAfterMs };
    case 504:
      return { kind: 'outcome_unknown', detail };
    default:
      return undefined;
  }
}

/** Reads the hint of a 421; `leader` may be an id or an object that holds one. */
export function notLeader(problem: ProblemAnswer): NotLeader {
  const { leader } = problem.members as { leader?: unknown };
  const id = typeof leader === 'object' && leader !== null ? (leader as { id?: unknown }).id : leader;
  return {
    kind: 'not_leader',
    leader: typeof id === 'string' && id !== '' ? id : textMember(problem, 'leaderId'),
    term: integerMember(problem, 'term', 0),
  };
}

function fieldProblems(problem: ProblemAnswer): FieldProblem[] {
  const { errors } = problem.members as { errors?: unknown };
  if (!Array.isArray(errors)) return [];
  return errors.flatMap((entry: unknown) => {
    const { pointer, detail } = (entry ?? {}) as { pointer?: unknown; detail?: unknown };
    return typeof pointer === 'string' && typeof detail === 'string' ? [{ pointer, detail }] : [];
  });
}
