import type { Mismatch } from '../session/order-check.js';
import type { SessionReport } from '../session/run-session.js';
import type { LatencySummary } from './latency.js';

/** All sessions of one probability together. */
export interface RunReport {
  readonly prob: number;
  readonly clients: number;
  readonly requests: number;
  readonly queries: number;
  readonly notFound: number;
  readonly failedQueries: number;
  readonly orders: {
    readonly placed: number;
    /** Out of stock, or no longer in the catalog. */
    readonly refused: number;
    /** Not placed for want of a leader, after all retries. */
    readonly failed: number;
    /** Without an outcome after all retries; the journal keeps their keys. */
    readonly unresolved: number;
    /** Left open by an earlier run and settled in this one. */
    readonly resumed: number;
  };
  readonly retries: number;
  readonly mismatches: readonly Mismatch[];
  readonly wrongAnswers: readonly string[];
  readonly latency: { readonly query: LatencySummary; readonly order: LatencySummary };
  readonly elapsedMs: number;
}

export interface FleetReport {
  /** Every acknowledged order was found again as recorded, none is left without an outcome, and no answer was wrong. */
  readonly ok: boolean;
  readonly url: string;
  readonly seed: number;
  /** Where the clients' files are; null when none were kept. */
  readonly out: string | null;
  readonly runs: readonly RunReport[];
}

export interface RunFacts {
  readonly prob: number;
  readonly clients: number;
  readonly requests: number;
  readonly latency: RunReport['latency'];
  readonly elapsedMs: number;
}

export function summarizeRun(facts: RunFacts, sessions: readonly SessionReport[]): RunReport {
  const total = (count: (session: SessionReport) => number): number =>
    sessions.reduce((sum, session) => sum + count(session), 0);
  return {
    prob: facts.prob,
    clients: facts.clients,
    requests: facts.requests,
    queries: total(({ queries }) => queries),
    notFound: total(({ notFound }) => notFound),
    failedQueries: total(({ failedQueries }) => failedQueries),
    orders: {
      placed: total(({ placed }) => placed),
      refused: total(({ refused }) => refused),
      failed: total(({ failed }) => failed),
      unresolved: total(({ unresolved }) => unresolved),
      resumed: total(({ resumed }) => resumed),
    },
    retries: total(({ retries }) => retries),
    mismatches: sessions.flatMap(({ mismatches }) => mismatches),
    wrongAnswers: sessions.flatMap(({ wrongAnswers }) => wrongAnswers),
    latency: facts.latency,
    elapsedMs: facts.elapsedMs,
  };
}

/** Whether a run may end with exit code 0. An order that failed for want of a leader was not placed: that is slow, not wrong. */
export function isRunOk({ mismatches, wrongAnswers, orders }: RunReport): boolean {
  return mismatches.length === 0 && wrongAnswers.length === 0 && orders.unresolved === 0;
}
