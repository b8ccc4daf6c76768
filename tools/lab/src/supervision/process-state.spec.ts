import { describe, expect, it } from '@jest/globals';
import { decideAction, type ProcessAction, type ProcessState } from './process-state.js';

const standing = (state: ProcessState) => ({ name: 'order-2', state, pid: state === 'dead' ? null : 4711 });

describe('decideAction', () => {
  it.each<[ProcessAction, ProcessState, ProcessState]>([
    ['start', 'dead', 'running'],
    ['kill', 'running', 'dead'],
    ['kill', 'paused', 'dead'],
    ['pause', 'running', 'paused'],
    ['resume', 'paused', 'running'],
  ])('%s of a %s process leaves it %s', (action, state, next) => {
    expect(decideAction(action, standing(state))).toBe(next);
  });

  it.each<[ProcessAction, ProcessState, string, RegExp]>([
    ['start', 'running', 'already-running', /order-2 is already running \(pid 4711\)/],
    ['start', 'paused', 'already-running', /paused, not dead.*lab -- resume order-2/],
    ['kill', 'dead', 'already-dead', /already dead.*lab -- start order-2/],
    ['pause', 'dead', 'already-dead', /cannot be paused/],
    ['pause', 'paused', 'already-paused', /lab -- resume order-2/],
    ['resume', 'dead', 'already-dead', /cannot be resumed/],
    ['resume', 'running', 'not-paused', /not paused \(pid 4711\)/],
  ])('%s of a %s process is refused as %s', (action, state, code, message) => {
    expect(() => decideAction(action, standing(state))).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});
