import { describe, expect, it } from '@jest/globals';
import { RetryPause } from './retry-pause.js';

/** How long after `now` the pause is over, ms. */
function remaining(pause: RetryPause, now: number): number {
  for (let ms = 0; ms <= 1_000_000; ms += 500) if (pause.isOver(now + ms)) return ms;
  return Infinity;
}

describe('RetryPause', () => {
  it('is over before anything has failed', () => {
    expect(new RetryPause().isOver(0)).toBe(true);
  });

  it('doubles with each failure, up to a limit', () => {
    const pause = new RetryPause();
    const lengths: number[] = [];
    for (let now = 0, count = 1; count <= 9; count++) {
      pause.failed(now);
      lengths.push(remaining(pause, now));
      now += lengths.at(-1) ?? 0;
    }

    expect(lengths).toEqual([5_000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 320_000, 320_000]);
  });

  it('is as long as it is told when there was nobody, which counts as no failure', () => {
    const pause = new RetryPause();

    for (let now = 0; now < 60_000; now += 1000) pause.again(now, 1000);

    expect(remaining(pause, 59_000)).toBe(1000);
    pause.failed(60_000);
    expect(remaining(pause, 60_000)).toBe(5000);
  });

  it('is not cut short because there was nobody', () => {
    const pause = new RetryPause();
    pause.failed(0);

    pause.again(1000, 1000);

    expect(remaining(pause, 0)).toBe(5000);
  });

  it('begins anew with the next leadership', () => {
    const pause = new RetryPause();
    for (let count = 1; count <= 5; count++) pause.failed(0);

    pause.reset();

    expect(pause.isOver(0)).toBe(true);
    pause.failed(0);
    expect(remaining(pause, 0)).toBe(5000);
  });
});
