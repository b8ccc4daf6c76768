import type { IncomingMessage } from 'node:http';

import { headerNames } from '@toystore/contracts';

import { type JsonLogger, type LogFacts, membersOf } from './json-logger.js';
import type { LogLevel } from './log-level.js';

const factsKey = Symbol('facts for the request log');

interface Annotated {
  [factsKey]?: LogFacts;
}

/** A Fastify request or the Node request under it. */
export type AnyRequest = IncomingMessage | { readonly raw: IncomingMessage };

const rawOf = (request: AnyRequest): IncomingMessage => ('raw' in request ? request.raw : request);

/** Adds facts to the request's log line: `annotateRequest(request, { cache: 'hit', leader: 'order-3' })`. */
export function annotateRequest(request: AnyRequest, facts: LogFacts): void {
  const raw = rawOf(request) as Annotated;
  raw[factsKey] = raw[factsKey] === undefined ? facts : { ...raw[factsKey], ...facts };
}

const sessionForm = /^[\x21-\x7e]{1,128}$/;
const plainTarget = /^[!#-[\]-~]*$/;

/** Writes one line a request: worker, session, method, path, status, duration, and the facts that were added. */
export class RequestLog {
  /** Whether lines are written at all; callers skip their clock reads when not. */
  readonly isEnabled: boolean;

  constructor(
    private readonly logger: JsonLogger,
    private readonly level: LogLevel,
  ) {
    this.isEnabled = logger.isEnabled(level);
  }

  /**
   * `durationMs` from the first look at the request to the last byte handed to the system. `answerFacts` go behind those
   * that the request was annotated with.
   */
  record(request: AnyRequest, status: number, durationMs: number, answerFacts?: LogFacts): void {
    if (!this.isEnabled) return;
    const raw = rawOf(request);
    const session = raw.headers[headerNames.sessionId];
    const target = raw.url ?? '';
    // The target is logged as it came, percent-encoded: a decoded one could forge lines for naive readers.
    const path = plainTarget.test(target) ? `"${target}"` : JSON.stringify(target);
    const members =
      (typeof session === 'string' && sessionForm.test(session) ? `,"session":${JSON.stringify(session)}` : '') +
      `,"method":"${raw.method ?? ''}","path":${path},"status":${status},"durationMs":${Math.round(durationMs * 1000) / 1000}` +
      membersOf((raw as Annotated)[factsKey]) +
      membersOf(answerFacts);
    this.logger.writePrepared(this.level, 'request', members);
  }
}
