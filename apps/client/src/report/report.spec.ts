import { describe, expect, it } from '@jest/globals';
import type { SessionReport } from '../session/run-session.js';
import { isRunOk, summarizeRun, type RunReport } from './fleet-report.js';
import { LatencyRecorder } from './latency.js';
import { reportText } from './report-text.js';

function session(over: Partial<SessionReport> = {}): SessionReport {
  return {
    client: 'client-1',
    queries: 20,
    notFound: 0,
    failedQueries: 0,
    placed: 4,
    refused: 1,
    failed: 0,
    unresolved: 0,
    resumed: 0,
    retries: 2,
    mismatches: [],
    wrongAnswers: [],
    ...over,
  };
}

function run(...sessions: SessionReport[]): RunReport {
  const none = new LatencyRecorder().summary();
  return summarizeRun(
    { prob: 0.2, clients: sessions.length, requests: 20, latency: { query: none, order: none }, elapsedMs: 1000 },
    sessions,
  );
}

const lost = { client: 'client-1', number: 3, detail: 'order 3 (1 tux) was acknowledged, the store does not have it' };

describe('LatencyRecorder', () => {
  it('gives percentiles in milliseconds within three digits', () => {
    const recorder = new LatencyRecorder();
    for (let ms = 1; ms <= 100; ms += 1) recorder.record(ms);

    const { count, p50Ms, p95Ms, p99Ms, maxMs } = recorder.summary();

    expect(count).toBe(100);
    for (const [percentile, expected] of [
      [p50Ms, 50],
      [p95Ms, 95],
      [p99Ms, 99],
      [maxMs, 100],
    ] as const) {
      expect(Math.abs((percentile ?? 0) - expected)).toBeLessThan(0.5);
    }
  });

  it('has no percentiles without a request', () => {
    expect(new LatencyRecorder().summary()).toEqual({ count: 0, p50Ms: null, p95Ms: null, p99Ms: null, maxMs: null });
  });

  it('takes over what another recorder has seen', () => {
    const [one, other] = [new LatencyRecorder(), new LatencyRecorder()];
    one.record(1);
    other.record(9);

    one.add(other);

    expect(one.summary()).toMatchObject({ count: 2 });
    expect(one.summary().maxMs).toBeCloseTo(9, 1);
  });
});

describe('summarizeRun', () => {
  it('adds the sessions up', () => {
    expect(run(session(), session({ placed: 5, retries: 0 }))).toMatchObject({
      queries: 40,
      orders: { placed: 9, refused: 2 },
      retries: 2,
    });
  });
});

describe('isRunOk', () => {
  it.each<[string, Partial<SessionReport>, boolean]>([
    ['every order matches', {}, true],
    ['orders were refused for want of stock', { refused: 9 }, true],
    ['orders failed for want of a leader', { failed: 9 }, true],
    ['an order was lost', { mismatches: [lost] }, false],
    ['an order has no outcome', { unresolved: 1 }, false],
    ['an answer was wrong', { wrongAnswers: ['status 418'] }, false],
  ])('when %s: %#', (_, over, ok) => {
    expect(isRunOk(run(session(over)))).toBe(ok);
  });
});

describe('reportText', () => {
  it('says that all orders match, with the seed that repeats the run', () => {
    expect(reportText({ ok: true, url: 'http://127.0.0.1:8080', seed: 42, out: null, runs: [run(session())] })).toMatch(
      /All 4 orders match their records\. Seed 42\./,
    );
  });

  it('names each order that does not match', () => {
    const text = reportText({
      ok: false,
      url: 'http://127.0.0.1:8080',
      seed: 42,
      out: '/tmp/o',
      runs: [run(session({ mismatches: [lost] }))],
    });

    expect(text).toMatch(/client-1: order 3 \(1 tux\)[^]*NOT all orders match[^]*Records: \/tmp\/o/);
  });
});
