import { describe, expect, it } from '@jest/globals';
import { parseSignal } from './kill-signal.js';

describe('parseSignal', () => {
  it.each([
    ['KILL', 'SIGKILL'],
    ['SIGTERM', 'SIGTERM'],
    ['abrt', 'SIGABRT'],
  ])('takes %s as %s', (text, signal) => {
    expect(parseSignal(text)).toBe(signal);
  });

  it.each(['STOP', 'SIGCONT', 'TSTP'])('refuses %s and points to pause and resume', (text) => {
    expect(() => parseSignal(text)).toThrow(/pause <name>/);
  });

  it.each(['', '9', 'HARD', '__proto__'])('refuses %p, which is no signal', (text) => {
    expect(() => parseSignal(text)).toThrow(/Unknown signal/);
  });
});
