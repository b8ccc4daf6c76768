import type { IncomingMessage } from 'node:http';

import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import { UnauthenticatedCallError } from '../auth/unauthenticated-call-error.js';
import type { LogFacts } from '../log/json-logger.js';
import type { RequestLog } from '../log/request-log.js';
import { ProblemError } from '../problem/problem-error.js';

import { bodyKindOf } from './media-type.js';
import type { RequestWithRawBody } from './raw-body.js';
import { readJson } from './read-json.js';
import { RouteTable } from './route-table.js';

/** Facts of an answer for its request's line; asked when the answer is sent. */
export type AnswerFacts = (reply: FastifyReply) => LogFacts | undefined;

export interface Hardening {
  readonly kind: 'public' | 'internal';
  /** Whether callers have to authenticate. */
  readonly isAuthenticated: boolean;
  readonly log: RequestLog;
  readonly answerFacts?: AnswerFacts | undefined;
}

const jsonDepthMaxOf = { public: 8, internal: 32 } as const;

/** Gives a Fastify instance this library's body parser, its answers for unknown paths and methods, and its request log. */
export function harden(fastify: FastifyInstance, hardening: Hardening): void {
  const { kind, log, answerFacts } = hardening;
  const routes = new RouteTable();
  fastify.addHook('onRoute', ({ method, url }) => routes.add(method, url));
  fastify.addHook('onRequest', (request, _reply, done) => {
    done(request.is404 ? nothingAt(request, routes) : refuseBody(request.raw, hardening));
  });
  if (log.isEnabled) {
    fastify.addHook('onResponse', (request, reply, done) => {
      log.record(request, reply.statusCode, reply.elapsedTime, answerFacts?.(reply));
      done();
    });
  }
  fastify.removeAllContentTypeParsers();
  const depthMax = jsonDepthMaxOf[kind];
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (request, body, done) => {
    (request as RequestWithRawBody).rawBody = body as Buffer;
    try {
      done(null, bodyKindOf(request.headers['content-type']) === 'json' ? readJson(body as Buffer, depthMax) : body);
    } catch (error) {
      done(error as Error, undefined);
    }
  });
}

function nothingAt(request: FastifyRequest, routes: RouteTable): ProblemError {
  const methods = routes.methodsAt(request.raw.url ?? '');
  return methods.length === 0
    ? new ProblemError('not-found', 'There is nothing at this address.')
    : new ProblemError('method-not-allowed', `This address answers only to ${methods.join(', ')}.`, {
        headers: { allow: methods.join(', ') },
      });
}

const closing = { headers: { connection: 'close' } } as const;

/** Decides on a body by its headers alone, before a byte of it is read; a refused one ends the connection. */
function refuseBody(request: IncomingMessage, { kind, isAuthenticated }: Hardening): ProblemError | undefined {
  const { headers } = request;
  const length = headers['content-length'];
  if ((length === undefined || length === '0') && headers['transfer-encoding'] === undefined) return undefined;
  if (request.method === 'GET' || request.method === 'HEAD') return undefined;
  if (isAuthenticated && headers.authorization === undefined) {
    // The guard decides about every call; a stranger's body is not even read.
    return new ProblemError('unauthenticated', new UnauthenticatedCallError('unsigned').message, closing);
  }
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
    return new ProblemError('unsupported-media-type', 'Compressed bodies are not accepted.', closing);
  }
  const body = bodyKindOf(headers['content-type']);
  if (body === 'json' || (body === 'octets' && kind === 'internal')) return undefined;
  return new ProblemError('unsupported-media-type', 'The body must be application/json in UTF-8.', closing);
}
