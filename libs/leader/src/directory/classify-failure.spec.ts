import { describe, expect, it } from '@jest/globals';
import {
  BackpressureError,
  IndeterminateError,
  NoLeaderError,
  NotLeaderError,
  ProposalRejectedError,
} from '../errors/leader-errors.js';
import { classifyFailure } from './classify-failure.js';
import type { FailureKind } from './directory-options.js';

const coded = (code: string): Error => Object.assign(new Error(code), { code });

describe('classifyFailure', () => {
  const cases: [string, unknown, FailureKind][] = [
    ['NotLeaderError', new NotLeaderError('a', undefined, 1), 'notLeader'],
    ['NoLeaderError', new NoLeaderError('g', 1), 'notLeader'],
    ['an answer with status 421', { status: 421 }, 'notLeader'],
    ['a refused connection', coded('ECONNREFUSED'), 'unreachable'],
    ['a name that does not resolve', coded('ENOTFOUND'), 'unreachable'],
    [
      'fetch that was refused',
      Object.assign(new TypeError('fetch failed'), { cause: coded('ECONNREFUSED') }),
      'unreachable',
    ],
    ['a reset', coded('ECONNRESET'), 'indeterminate'],
    ['a socket that closed under undici', coded('UND_ERR_SOCKET'), 'indeterminate'],
    ['an aborted request', new DOMException('aborted', 'AbortError'), 'indeterminate'],
    ['IndeterminateError', new IndeterminateError(1, 1, 'leadershipLost'), 'indeterminate'],
    ['any error that says it is not definite', { definite: false }, 'indeterminate'],
    ['BackpressureError', new BackpressureError('proposalsMax', 1), 'final'],
    ['ProposalRejectedError', new ProposalRejectedError('tooLarge', 'x'), 'final'],
    ['an unknown error', new Error('x'), 'final'],
    ['something that is not an error', 'x', 'final'],
  ];
  it.each(cases)('takes %s for what it is', (_, error, kind) => {
    expect(classifyFailure(error)).toBe(kind);
  });

  it('survives a ring of causes', () => {
    const ring: { cause?: unknown } = {};
    ring.cause = ring;

    expect(classifyFailure(ring)).toBe('final');
  });
});
