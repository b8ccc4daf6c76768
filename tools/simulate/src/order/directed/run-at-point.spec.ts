import { describe, expect, it, jest } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import { protocolPoints } from '../services/protocol-points.js';
import { allDirectedRuns, directedFaults, runAtPoint } from './run-at-point.js';

const pairs = protocolPoints.length * directedFaults.length;

describe('all directed runs', () => {
  it('are each fault at each point, once', () => {
    const runs = allDirectedRuns({ seed: 1 });

    expect(new Set(runs.map(({ point, fault }) => `${fault} at ${point}`)).size).toBe(pairs);
    expect(runs).toHaveLength(pairs);
    expect(runs.every(({ host }) => host === 'bare')).toBe(true);
  });

  it('have a seed of their own for each fault and round', () => {
    const runs = allDirectedRuns({ seed: 5, seeds: 3, host: 'module' }).filter(({ point }) => point === 'debit logged');

    expect(new Set(runs.map(({ seed }) => seed)).size).toBe(3 * directedFaults.length);
    expect(runs.every(({ host }) => host === 'module')).toBe(true);
  });

  it('strike at each of the visits, but once where a point is reached once', () => {
    const runs = allDirectedRuns({ seed: 1, visits: [1, 2, 3] });
    const visitsOf = (name: string) => new Set(runs.filter(({ point }) => point === name).map(({ visit }) => visit));

    expect(visitsOf('debit logged')).toEqual(new Set([1, 2, 3]));
    expect(visitsOf('restock logged')).toEqual(new Set([1]));
  });
});

describe('a directed run', () => {
  const run = { point: 'debit logged', fault: 'kill it', seed: 7, host: 'bare', visit: 2 } as const;
  const strikes = (sequence: readonly string[]) => sequence.filter((line) => line.includes('kill it at '));

  it.each(['bare', 'module'] as const)('is the same in every run (%s)', async (host) => {
    const first = await runAtPoint({ ...run, host }, { record: true });
    const second = await runAtPoint({ ...run, host }, { record: true });

    expect(first.failure).toBeUndefined();
    expect(second).toEqual(first);
  });

  it('hosts the groups as it is told', async () => {
    const applications = jest.spyOn(NestFactory, 'createApplicationContext');

    await runAtPoint(run);
    expect(applications).toHaveBeenCalledTimes(0);

    await runAtPoint({ ...run, host: 'module' });
    expect(applications.mock.calls.length).toBeGreaterThanOrEqual(3);
  });

  it('strikes once, later at a later visit', async () => {
    const first = strikes((await runAtPoint({ ...run, visit: 1 }, { record: true })).sequence);
    const third = strikes((await runAtPoint({ ...run, visit: 3 }, { record: true })).sequence);

    expect([first.length, third.length]).toEqual([1, 1]);
    expect(Number.parseFloat(third[0] ?? '')).toBeGreaterThan(Number.parseFloat(first[0] ?? ''));
  });

  it('reaches a term that begins with open intents as often as it is asked to', async () => {
    const { struck, failure } = await runAtPoint({ ...run, point: 'term begins with open intents', visit: 3 });

    expect({ struck, failure }).toEqual({ struck: true, failure: undefined });
  });

  it('tells when its point was not reached so often', async () => {
    const { reached, struck } = await runAtPoint({ ...run, point: 'restock logged', visit: 3 });

    expect({ reached, struck }).toEqual({ reached: 1, struck: false });
  });
});
