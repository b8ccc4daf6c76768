import 'reflect-metadata';

import type { IncomingMessage } from 'node:http';

import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { CallVerifier } from '../auth/hmac-authenticator.js';
import { InternalCallGuard } from '../auth/internal-call.guard.js';
import type { JsonLogger, LogFacts } from '../log/json-logger.js';
import type { LogLevel } from '../log/log-level.js';
import { RequestLog } from '../log/request-log.js';
import type { ProblemTranslation } from '../problem/problem-of.js';
import { ProblemError } from '../problem/problem-error.js';
import { ProblemFilter } from '../problem/problem.filter.js';

import { DtoPipe } from './dto.pipe.js';
import { bodyKindOf } from './media-type.js';
import type { RequestWithRawBody } from './raw-body.js';
import { readJson } from './read-json.js';
import { RouteTable } from './route-table.js';
import { answerClientError, createHardenedServer, type FastPath, type RequestHandler, type ServerLimits } from './server-factory.js';

interface CommonAppOptions {
  readonly logger: JsonLogger;
  /** Translates the app's own errors; what it leaves goes to the general translation. */
  readonly toProblem?: ProblemTranslation;
  /** Answers ahead of the framework: no guard, filter or hook sees what it answers. */
  readonly fastPath?: FastPath;
  /** Level of the request lines. Default `info` on public apps, `debug` on internal ones. */
  readonly requestLogLevel?: LogLevel;
  /** Facts of the answer for the request's line, such as how a cache came by it. Called when the answer is sent. */
  readonly answerFacts?: (reply: FastifyReply) => LogFacts | undefined;
  /** Most bytes of a body. Default 16 KiB public, 8 MiB internal. */
  readonly bodyBytesMax?: number;
  /** Overrides of the listener's limits; for tests of slow clients. */
  readonly limits?: Partial<ServerLimits>;
}

/** A public app takes JSON from anyone; an internal one takes JSON and bytes from authenticated callers. */
export type ServiceAppOptions =
  | (CommonAppOptions & { readonly kind: 'public' })
  | (CommonAppOptions & { readonly kind: 'internal'; readonly auth: CallVerifier | 'none' });

const limitsOf = {
  public: { headersTimeoutMs: 1500, requestTimeoutMs: 2000, keepAliveTimeoutMs: 75_000, targetBytesMax: 4096, headersMax: 100 },
  internal: { headersTimeoutMs: 5000, requestTimeoutMs: 30_000, keepAliveTimeoutMs: 75_000, targetBytesMax: 4096, headersMax: 100 },
} as const satisfies Record<string, ServerLimits>;

const bodyBytesMaxOf = { public: 16 * 1024, internal: 8 * 1024 * 1024 } as const;
const jsonDepthMaxOf = { public: 8, internal: 32 } as const;

/**
 * Makes a Nest application over a hardened Fastify. Not yet listening, so hooks and plugins can still be added.
 *
 * Promise: every request gets an answer, every error answer is a problem document; bodies are bounded, strictly JSON
 * (or bytes, internally) and kept as `request.rawBody`; known paths answer other methods with 405; internal handlers
 * run only for authenticated calls. Slow clients are cut off with 408.
 */
export async function createServiceApp(module: Type | DynamicModule, options: ServiceAppOptions): Promise<NestFastifyApplication> {
  const { kind, logger } = options;
  const limits: ServerLimits = { ...limitsOf[kind], ...options.limits };
  const filter = new ProblemFilter(logger, options.toProblem);
  const adapter = new FastifyAdapter({
    serverFactory: (handler) => createHardenedServer(handler as RequestHandler, limits, options.fastPath),
    clientErrorHandler: answerClientError as never,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) => filter.answer(error, request, reply),
    bodyLimit: options.bodyBytesMax ?? bodyBytesMaxOf[kind],
    routerOptions: { maxParamLength: 1024 },
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    return503OnClosing: true,
    exposeHeadRoutes: true,
    skipMiddie: true,
    logger: false,
  } as ConstructorParameters<typeof FastifyAdapter>[0]);
  const fastify = adapter.getInstance() as unknown as FastifyInstance;
  const level = options.requestLogLevel ?? (kind === 'public' ? 'info' : 'debug');
  harden(fastify, kind, { log: new RequestLog(logger, level), answerFacts: options.answerFacts });

  const app = await NestFactory.create<NestFastifyApplication>(module, adapter, {
    bodyParser: false,
    logger,
    forceCloseConnections: false,
    abortOnError: false,
  });
  app.useGlobalFilters(filter);
  app.useGlobalPipes(new DtoPipe());
  if (options.kind === 'internal' && options.auth !== 'none') app.useGlobalGuards(new InternalCallGuard(options.auth));
  return app;
}

function harden(
  fastify: FastifyInstance,
  kind: 'public' | 'internal',
  { log, answerFacts }: { readonly log: RequestLog; readonly answerFacts: CommonAppOptions['answerFacts'] },
): void {
  const routes = new RouteTable();
  fastify.addHook('onRoute', ({ method, url }) => routes.add(method, url));
  fastify.addHook('onRequest', (request, _reply, done) => {
    done(request.is404 ? nothingAt(request, routes) : refuseBody(request.raw, kind));
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

/** Decides on a body by its headers alone, before a byte of it is read. */
function refuseBody(request: IncomingMessage, kind: 'public' | 'internal'): ProblemError | undefined {
  const { headers } = request;
  const length = headers['content-length'];
  if ((length === undefined || length === '0') && headers['transfer-encoding'] === undefined) return undefined;
  if (request.method === 'GET' || request.method === 'HEAD') return undefined;
  if (headers['content-encoding'] !== undefined && headers['content-encoding'] !== 'identity') {
    return new ProblemError('unsupported-media-type', 'Compressed bodies are not accepted.', { headers: { connection: 'close' } });
  }
  const body = bodyKindOf(headers['content-type']);
  if (body === 'json' || (body === 'octets' && kind === 'internal')) return undefined;
  return new ProblemError('unsupported-media-type', 'The body must be application/json in UTF-8.', { headers: { connection: 'close' } });
}
