import 'reflect-metadata';

import type { DynamicModule, Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

import type { CallVerifier } from '../auth/hmac-authenticator.js';
import { InternalCallGuard } from '../auth/internal-call.guard.js';
import type { JsonLogger } from '../log/json-logger.js';
import type { LogLevel } from '../log/log-level.js';
import { RequestLog } from '../log/request-log.js';
import type { ProblemTranslation } from '../problem/problem-of.js';
import { ProblemFilter } from '../problem/problem.filter.js';

import { DtoPipe } from './dto.pipe.js';
import { type AnswerFacts, harden } from './harden.js';
import {
  answerClientError,
  createHardenedServer,
  type FastPath,
  type RequestHandler,
  type ServerLimits,
} from './server-factory.js';

interface CommonAppOptions {
  readonly logger: JsonLogger;
  /** Translates the app's own errors; what it leaves goes to the general translation. */
  readonly toProblem?: ProblemTranslation;
  /** Answers ahead of the framework: no guard, filter or hook sees what it answers. */
  readonly fastPath?: FastPath;
  /** Level of the request lines. Default `info` on public apps, `debug` on internal ones. */
  readonly requestLogLevel?: LogLevel;
  /** Facts of the answer for the request's line, such as how a cache came by it. Called when the answer is sent. */
  readonly answerFacts?: AnswerFacts;
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
  public: {
    headersTimeoutMs: 1500,
    requestTimeoutMs: 2000,
    keepAliveTimeoutMs: 75_000,
    targetBytesMax: 4096,
    headersMax: 100,
  },
  internal: {
    headersTimeoutMs: 5000,
    requestTimeoutMs: 30_000,
    keepAliveTimeoutMs: 75_000,
    targetBytesMax: 4096,
    headersMax: 100,
  },
} as const satisfies Record<string, ServerLimits>;

const bodyBytesMaxOf = { public: 16 * 1024, internal: 8 * 1024 * 1024 } as const;

/**
 * Makes a Nest application over a hardened Fastify. Not yet listening, so hooks and plugins can still be added.
 *
 * Promise: every request gets an answer, every error answer is a problem document; bodies are bounded, strictly JSON
 * (or bytes, internally) and kept as `request.rawBody`; known paths answer other methods with 405; internal handlers
 * run only for authenticated calls. Slow clients are cut off with 408.
 */
export async function createServiceApp(
  module: Type | DynamicModule,
  options: ServiceAppOptions,
): Promise<NestFastifyApplication> {
  const { kind, logger } = options;
  const limits: ServerLimits = { ...limitsOf[kind], ...options.limits };
  const filter = new ProblemFilter(logger, options.toProblem);
  const adapter = new FastifyAdapter({
    serverFactory: (handler) => createHardenedServer(handler as RequestHandler, limits, options.fastPath),
    clientErrorHandler: answerClientError as never,
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      filter.answer(error, request, reply),
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
  const isAuthenticated = options.kind === 'internal' && options.auth !== 'none';
  harden(fastify, { kind, isAuthenticated, log: new RequestLog(logger, level), answerFacts: options.answerFacts });

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
