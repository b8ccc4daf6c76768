import { Injectable } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

import { cachedRouteConfigKey, type CachedOptions } from './cached.decorator.js';
import type { FastifyHook, FastifyLike, FastifyRouteLike } from './fastify-hit.js';
import type { SkippedStep } from './route-survey.js';

/** What an answer goes through on Fastify, in this order; `onResponse` comes after it and sees every answer. */
const stages = ['onRequest', 'preParsing', 'preValidation', 'preHandler', 'preSerialization', 'onSend'] as const;

export type EarlyStage = 'onRequest' | 'preHandler';

interface SeenRoute {
  readonly instance: object;
  /** Fastify's own object: whatever is put into it until the application is ready counts. */
  readonly route: FastifyRouteLike;
}

/**
 * Knows what Fastify does to the answers of cached routes. Made before Nest registers its routes, so that it sees them;
 * to be asked when the application is ready, because plugins add hooks until then.
 */
@Injectable()
export class FastifyRoutes {
  private readonly seen = new Map<CachedOptions, SeenRoute[]>();
  private readonly ours = new Set<unknown>();
  private readonly fastify: FastifyLike | undefined;

  constructor({ httpAdapter }: HttpAdapterHost) {
    if (httpAdapter?.getType() !== 'fastify') return;
    this.fastify = httpAdapter.getInstance<FastifyLike>();
    const { seen } = this;
    this.fastify.addHook('onRoute', function (this: object, route) {
      const options = route.config?.[cachedRouteConfigKey];
      // Fastify gives each GET a HEAD, with a hook that takes the body away.
      if (options === undefined || ![route.method].flat().includes('GET')) return;
      seen.set(options, [...(seen.get(options) ?? []), { instance: this, route }]);
    });
  }

  /** Adds one of the cache's own hooks. Counts for routes that exist already, too: Fastify collects hooks when it becomes ready. */
  addHook(stage: EarlyStage, hook: FastifyHook): void {
    this.ours.add(hook);
    this.fastify?.addHook(stage, hook);
  }

  /** Calls back when every plugin is loaded; what is thrown keeps the application from starting. */
  whenReady(check: () => void): void {
    this.fastify?.addHook('onReady', async () => check());
  }

  /** What an answer that is given in this hook of the cache does not go through. */
  stepsAfter(options: CachedOptions, stage: EarlyStage, hook: FastifyHook): readonly SkippedStep[] {
    const routes = this.seen.get(options);
    if (routes === undefined)
      return [unknown('Fastify does not know the route as cached; is @RouteConfig above @Cached, in place of below?')];
    return routes.flatMap(({ instance, route }) => {
      const hooks = symbolOf(instance, 'fastify.hooks') as Hooks | undefined;
      if (hooks === undefined) return [unknown('this version of Fastify keeps them elsewhere')];
      return [...this.hooksAfter({ hooks, route, stage, hook }), ...serializersOf(instance, route)];
    });
  }

  private hooksAfter(place: {
    readonly hooks: Hooks;
    readonly route: FastifyRouteLike;
    readonly stage: EarlyStage;
    readonly hook: FastifyHook;
  }): readonly SkippedStep[] {
    const { hooks, route, stage, hook } = place;
    return stages.slice(stages.indexOf(stage)).flatMap((each) => {
      const ofInstance = hooks[each] ?? [];
      const others = each === stage ? ofInstance.slice(ofInstance.indexOf(hook) + 1) : ofInstance;
      return [
        ...others.filter((other) => !this.ours.has(other)).map((other) => step(each, other, 'global')),
        ...[route[each] ?? []].flat().map((other) => step(each, other, 'on the route')),
      ];
    });
  }
}

type Hooks = Readonly<Partial<Record<(typeof stages)[number], readonly unknown[]>>>;

function serializersOf(instance: object, { schema, serializerCompiler }: FastifyRouteLike): readonly SkippedStep[] {
  const found: SkippedStep[] = [];
  if (schema?.response !== undefined)
    found.push({ kind: 'serializer', name: 'schema.response', where: 'on the route' });
  if (serializerCompiler !== undefined)
    found.push({ kind: 'serializer', name: 'serializerCompiler', where: 'on the route' });
  const replySerializer = symbolOf(instance, 'fastify.replySerializerDefault');
  if (replySerializer !== undefined && replySerializer !== null)
    found.push({ kind: 'serializer', name: 'setReplySerializer', where: 'global' });
  return found;
}

function step(stage: string, hook: unknown, where: 'global' | 'on the route'): SkippedStep {
  const name = typeof hook === 'function' && hook.name !== '' ? `${stage} ${hook.name}` : stage;
  return { kind: 'hook', name, where };
}

function unknown(why: string): SkippedStep {
  return { kind: 'hook', name: `unknown: ${why}`, where: 'on the route' };
}

/** Fastify has no way to ask for an instance's hooks. An instance inside a plugin has its parent's as its prototype. */
function symbolOf(instance: object, description: string): unknown {
  for (let each: object | null = instance; each !== null; each = Object.getPrototypeOf(each) as object | null) {
    const symbol = Object.getOwnPropertySymbols(each).find((candidate) => candidate.description === description);
    if (symbol !== undefined) return (each as Record<symbol, unknown>)[symbol];
  }
  return undefined;
}
