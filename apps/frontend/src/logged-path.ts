import type { IncomingMessage } from 'node:http';
import type { FastPath, LogFacts, RequestLog } from '@toystore/service';

/** Writes the line of a request that was answered in front of the framework. */
export type RecordAnswer = (request: IncomingMessage, status: number, facts?: LogFacts) => void;

/**
 * A fast path whose answers are in the request log like all others. Where the log is off it is made without `record`, and
 * no clock is read.
 */
export function loggedPath(log: RequestLog, make: (record?: RecordAnswer) => FastPath): FastPath {
  if (!log.isEnabled) return make();
  // Deciding, answering and logging are one synchronous turn, so one start is enough.
  let startedAt = 0;
  const answer = make((request, status, facts) => log.record(request, status, performance.now() - startedAt, facts));
  return (request, response) => {
    startedAt = performance.now();
    return answer(request, response);
  };
}
