import { describe, expect, it } from '@jest/globals';

import { CollectingSink } from '../testing/collecting-sink.js';

import { createJsonLogger } from './json-logger.js';
import type { LogLevel } from './log-level.js';

function logging(level: LogLevel) {
  const sink = new CollectingSink();
  const clock = { nowMs: Date.UTC(2026, 0, 2, 3, 4, 5, 6) };
  return { sink, clock, logger: createJsonLogger({ level, worker: 'order-1', sink, clockMs: () => clock.nowMs }) };
}

describe('JsonLogger', () => {
  it('writes one object a line, time and worker first', () => {
    const { sink, clock, logger } = logging('info');

    logger.write('info', 'elected', { term: 7, leader: 'order-1' });
    clock.nowMs += 1999;
    logger.write('warn', 'slow');

    expect(sink.lines).toEqual([
      '{"time":"2026-01-02T03:04:05.006Z","level":"info","worker":"order-1","message":"elected","term":7,"leader":"order-1"}\n',
      '{"time":"2026-01-02T03:04:07.005Z","level":"warn","worker":"order-1","message":"slow"}\n',
    ]);
  });

  it('is silent below its level', () => {
    const { sink, logger } = logging('warn');

    logger.write('debug', 'a');
    logger.write('info', 'b');
    logger.log('c', 'Context');
    logger.write('error', 'd');

    expect(sink.parsed().map(({ message }) => message)).toEqual(['d']);
    expect([logger.isEnabled('info'), logger.isEnabled('warn')]).toEqual([false, true]);
  });

  it('writes errors with their stack, and survives what JSON cannot hold', () => {
    const { sink, logger } = logging('info');
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;

    logger.write('error', 'failed', {
      failure: new Error('disk full'),
      cycle,
      big: 1n,
      nothing: undefined,
      call: () => 1,
    });

    const [line] = sink.parsed();
    expect(line).toMatchObject({
      failure: expect.stringMatching(/^Error: disk full\n {4}at /),
      cycle: expect.stringContaining('not loggable'),
    });
    expect(line).not.toHaveProperty('nothing');
  });

  it('keeps line breaks and control characters inside of values', () => {
    const { sink, logger } = logging('info');

    logger.write('info', 'a\nb', { '\n': '\u001b[2J\n{"level":"error"}' });

    expect(sink.lines).toHaveLength(1);
    expect(sink.lines[0]?.indexOf('\n')).toBe((sink.lines[0]?.length ?? 0) - 1);
    expect(sink.parsed()[0]).toMatchObject({ message: 'a\nb', '\n': '\u001b[2J\n{"level":"error"}' });
  });

  it('serves Nest: context is a fact, a stack is one, and tales of its start are for debugging', () => {
    const { sink, logger } = logging('info');
    const error = new Error('boom');

    logger.log('Mapped {/orders, POST} route', 'RouterExplorer');
    logger.log('restocked', 'RestockTask');
    logger.error('boom', error.stack, 'Scheduler');
    logger.warn({ odd: true }, 'X');

    expect(sink.parsed()).toEqual([
      expect.objectContaining({ level: 'info', message: 'restocked', context: 'RestockTask' }),
      expect.objectContaining({ level: 'error', message: 'boom', context: 'Scheduler', stack: error.stack }),
      expect.objectContaining({ level: 'warn', message: '{"odd":true}', context: 'X' }),
    ]);
  });
});
