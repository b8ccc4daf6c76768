import { describe, expect, it } from '@jest/globals';
import { ManualClock } from '../testing/manual-clock.js';
import { OfficeIntervals } from './office-intervals.js';

function setUp(run: () => unknown) {
  const clock = new ManualClock();
  const runs: number[] = [];
  const failures: string[] = [];
  const method = { name: 'Job.tick', intervalMs: 100, run: () => (runs.push(clock.now()), run()) };
  const intervals = new OfficeIntervals([method], clock, (name, error) =>
    failures.push(`${name}: ${(error as Error).message}`),
  );
  return { clock, runs, failures, intervals };
}

describe('OfficeIntervals', () => {
  it('runs one interval after taking office, until office is over', async () => {
    const { clock, runs, intervals } = setUp(() => undefined);

    await clock.advance(500);
    intervals.inOffice(true);
    await clock.advance(350);
    intervals.inOffice(false);
    await clock.advance(500);

    expect(runs).toEqual([600, 700, 800]);
  });

  it('never runs a method twice at once', async () => {
    const { clock, runs, intervals } = setUp(
      () => new Promise<void>((resolve) => clock.setTimer(clock.now() + 250, resolve)),
    );

    intervals.inOffice(true);
    await clock.advance(1000);

    expect(runs).toEqual([100, 450, 800]);
  });

  it('goes on after a failure, and tells of it', async () => {
    const { clock, runs, failures, intervals } = setUp(() => Promise.reject(new Error('no')));

    intervals.inOffice(true);
    await clock.advance(250);

    expect([runs, failures]).toEqual([
      [100, 200],
      ['Job.tick: no', 'Job.tick: no'],
    ]);
  });

  it('does not begin anew when office was lost and taken again during a run', async () => {
    const { clock, runs, intervals } = setUp(
      () => new Promise<void>((resolve) => clock.setTimer(clock.now() + 50, resolve)),
    );
    intervals.inOffice(true);
    await clock.advance(110);

    intervals.inOffice(false);
    intervals.inOffice(true);
    await clock.advance(100);

    expect(runs).toEqual([100, 210]);
  });
});
