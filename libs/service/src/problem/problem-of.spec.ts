import { BadRequestException, HttpException, NotFoundException } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import {
  CallAbortedError,
  type CallTarget,
  ConnectionFailedError,
  DeadlineExceededError,
  UnexpectedAnswerError,
} from '@toystore/contracts';

import { UnauthenticatedCallError } from '../auth/unauthenticated-call-error.js';

import { ProblemError } from './problem-error.js';
import { problemOf } from './problem-of.js';

const target: CallTarget = { method: 'POST', path: '/debits', receiver: 'catalog' };

describe('problemOf', () => {
  it('leaves a problem as it is', () => {
    const problem = new ProblemError('unknown-product', 'x');

    expect(problemOf(problem)).toBe(problem);
  });

  it.each<[string, unknown, string, number]>([
    ['a refused call', new UnauthenticatedCallError('replayed'), 'unauthenticated', 401],
    ['a missing connection', new ConnectionFailedError(target, { definite: true, cause: 'x' }), 'unavailable', 503],
    ['a broken connection', new ConnectionFailedError(target, { definite: false, cause: 'x' }), 'outcome-unknown', 504],
    [
      'a deadline that passed unsent',
      new DeadlineExceededError(target, { deadlineMs: 1, definite: true }),
      'unavailable',
      503,
    ],
    ['a deadline', new DeadlineExceededError(target, { deadlineMs: 1, definite: false }), 'outcome-unknown', 504],
    ['a call that was given up', new CallAbortedError(target, { definite: false }), 'outcome-unknown', 504],
    [
      'an unusable answer',
      new UnexpectedAnswerError(target, { status: 500, reason: 'secret reason' }),
      'bad-gateway',
      502,
    ],
    ['a 404 of Nest', new NotFoundException(), 'not-found', 404],
    ['a 421 of a library', new HttpException({ leader: 'order-3', term: 7 }, 421), 'not-leader', 421],
    ['a 412 of a library', new HttpException('deposed', 412), 'stale-fence', 412],
    ['a 418', new HttpException('teapot', 418), 'bad-request', 400],
    [
      'a body limit of Fastify',
      { code: 'FST_ERR_CTP_BODY_TOO_LARGE', statusCode: 413, message: 'secret' },
      'payload-too-large',
      413,
    ],
    ['a client error of a plugin', { statusCode: 400, message: 'secret' }, 'bad-request', 400],
  ])('knows %s', (_label, error, code, status) => {
    const problem = problemOf(error);

    expect(problem).toMatchObject({ code, status });
    expect(problem?.message).not.toContain('secret');
  });

  it.each([
    ['an ordinary error', new Error('x')],
    ['a text', 'x'],
    ['nothing', undefined],
    ['a failure of a plugin', { statusCode: 500 }],
    ['a 500 of Nest', new HttpException('secret', 500)],
    ['a foreign server status', new HttpException('secret', 599)],
  ])('has nothing to tell about %s', (_label, error) => {
    expect(problemOf(error)).toBeUndefined();
  });

  it('keeps what a library adds to its answer, but not its standard members', () => {
    const problem = problemOf(
      new HttpException(
        { statusCode: 421, message: 'Ask order-3.', error: 'x', type: 'x', leader: 'order-3', term: 7 },
        421,
      ),
    );

    expect(problem?.message).toBe('Ask order-3.');
    expect(problem?.extra.extensions).toEqual({ leader: 'order-3', term: 7 });
  });

  it('joins the messages of a list', () => {
    expect(problemOf(new BadRequestException(['a', 'b']))?.message).toBe('a; b');
  });
});
