import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';

import { ReplayWindow, serialsTrackedMax, sessionsPerSenderMax } from './replay-window.js';

const windowMs = 5000;
const accept = (window: ReplayWindow, serial: number, session = 's', nowMs = 0): boolean =>
  window.accept({ session, serial, timeMs: nowMs, nowMs });

describe('ReplayWindow', () => {
  it('accepts every serial at most once, in whatever order they come', () => {
    const serials = fc.array(fc.oneof(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 200_000 })), {
      maxLength: 200,
    });

    fc.assert(
      fc.property(serials, (order) => {
        const window = new ReplayWindow(windowMs);
        const accepted = order.filter((serial) => accept(window, serial));

        expect(new Set(accepted).size).toBe(accepted.length);
      }),
    );
  });

  it('accepts calls that overtook each other within the window', () => {
    const window = new ReplayWindow(windowMs);

    expect([3, 1, 2, 1000, 4].map((serial) => accept(window, serial))).toEqual([true, true, true, true, true]);
    expect([3, 1, 2, 1000, 4].map((serial) => accept(window, serial))).toEqual([false, false, false, false, false]);
  });

  it('refuses what fell out of the window, instead of forgetting that it was there', () => {
    const window = new ReplayWindow(windowMs);
    accept(window, 1);
    accept(window, 2 + serialsTrackedMax);

    expect(accept(window, 1)).toBe(false);
    expect(accept(window, 2)).toBe(false);
    expect(accept(window, 3)).toBe(true);
  });

  it('clears the marks of a whole window that was skipped', () => {
    const window = new ReplayWindow(windowMs);
    accept(window, 5);
    accept(window, 5 + serialsTrackedMax * 3);

    expect(accept(window, 5 + serialsTrackedMax * 3 - 1)).toBe(true);
  });

  it('keeps sessions apart', () => {
    const window = new ReplayWindow(windowMs);

    expect([accept(window, 1, 'a'), accept(window, 1, 'b'), accept(window, 1, 'a')]).toEqual([true, true, false]);
  });

  it('refuses more sessions than it can remember, until old ones can hold no fresh call', () => {
    const window = new ReplayWindow(windowMs);
    for (let session = 0; session < sessionsPerSenderMax; session += 1) accept(window, 1, `s${session}`, 0);

    expect(accept(window, 1, 'one more', windowMs)).toBe(false);
    expect(accept(window, 1, 'one more', windowMs + 1)).toBe(true);
  });
});
