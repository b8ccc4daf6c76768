import { Injectable, type CanActivate, type NestInterceptor } from '@nestjs/common';
import { GUARDS_METADATA, INTERCEPTORS_METADATA } from '@nestjs/common/constants.js';
import { ApplicationConfig, DiscoveryService, MetadataScanner, ModulesContainer } from '@nestjs/core';

import { cachedMetadata, type CachedOptions } from './cached.decorator.js';
import { CacheInterceptor } from './cache.interceptor.js';
import { declaredAnswer, type DeclaredAnswer } from './declared-answer.js';
import { bound, guardsOf } from './route-guards.js';
import { servedPaths } from './served-paths.js';

/** A handler with `@Cached`. */
export interface CachedRoute {
  /** `Controller.method`. */
  readonly name: string;
  /** Where it is served: `/api/v1/products/:name`, with the prefixes and versions that the application has by now. */
  readonly paths: readonly string[];
  readonly controller: object;
  readonly handler: object;
  readonly options: CachedOptions;
  readonly declared: DeclaredAnswer;
  /** In the order in which they run; undefined when the route or one of them is made anew for each request. */
  readonly guards: readonly CanActivate[] | undefined;
}

/** Something that runs before the handler, other than the cache itself and pipes, or that belongs to its answer. */
export interface SkippedStep {
  readonly kind: 'guard' | 'interceptor' | 'decorator' | 'hook' | 'serializer';
  readonly name: string;
  readonly where: 'on the handler' | 'on the controller' | 'on the route' | 'global';
}

/** Knows the application's cached routes and what stands before them. Ask it when the modules are being initialised, or later. */
@Injectable()
export class RouteSurvey {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly application: ApplicationConfig,
    private readonly modules: ModulesContainer,
  ) {}

  cachedRoutes(): readonly CachedRoute[] {
    return this.discovery.getControllers().flatMap((wrapper) => {
      const { metatype } = wrapper;
      const instance: unknown = wrapper.instance;
      if (instance === null || typeof instance !== 'object' || metatype === null) return [];
      const prototype = Object.getPrototypeOf(instance) as Record<string, unknown>;
      return this.scanner.getAllMethodNames(prototype).flatMap((methodName) => {
        const handler = prototype[methodName];
        if (typeof handler !== 'function') return [];
        const options = Reflect.getMetadata(cachedMetadata, handler) as CachedOptions | undefined;
        return options === undefined
          ? []
          : [
              {
                name: `${metatype.name}.${methodName}`,
                paths: servedPaths(this.application, {
                  controller: metatype,
                  handler,
                  module: wrapper.host?.metatype,
                  applicationId: this.modules.applicationId,
                }),
                controller: metatype,
                handler,
                options,
                declared: declaredAnswer(handler),
                guards: guardsOf(wrapper, { controller: metatype, handler, application: this.application }),
              },
            ];
      });
    });
  }

  /** Is the cache, just as this package has it, what answers the route, and the only interceptor it has? */
  isCachedAlone(route: CachedRoute): boolean {
    const { application } = this;
    const bindings: readonly unknown[] = [
      ...application.getGlobalInterceptors(),
      ...application.getGlobalRequestInterceptors(),
      ...bound<NestInterceptor>(INTERCEPTORS_METADATA, route.controller),
      ...bound<NestInterceptor>(INTERCEPTORS_METADATA, route.handler),
    ];
    return bindings.length > 0 && bindings.every(isExactlyTheCache);
  }

  /** What the route goes through before its handler, apart from pipes and `CacheInterceptor`. */
  stepsBefore({ controller, handler }: CachedRoute): readonly SkippedStep[] {
    const { application } = this;
    const globalGuards: readonly unknown[] = [
      ...application.getGlobalGuards(),
      ...application.getGlobalRequestGuards(),
    ];
    const globalInterceptors: readonly unknown[] = [
      ...application.getGlobalInterceptors(),
      ...application.getGlobalRequestInterceptors(),
    ];
    return [
      ...steps('guard', 'on the handler', bound<CanActivate>(GUARDS_METADATA, handler)),
      ...steps('guard', 'on the controller', bound<CanActivate>(GUARDS_METADATA, controller)),
      ...steps('guard', 'global', globalGuards),
      ...steps('interceptor', 'on the handler', bound<NestInterceptor>(INTERCEPTORS_METADATA, handler)),
      ...steps('interceptor', 'on the controller', bound<NestInterceptor>(INTERCEPTORS_METADATA, controller)),
      ...steps('interceptor', 'global', globalInterceptors),
    ];
  }
}

function steps(
  kind: SkippedStep['kind'],
  where: SkippedStep['where'],
  found: readonly unknown[],
): readonly SkippedStep[] {
  return found.filter((step) => !isCache(step)).map((step) => ({ kind, where, name: nameOf(step) }));
}

/** Bound as a class, as an instance, or wrapped by Nest as that of a provider (`APP_INTERCEPTOR`). */
function isCache(step: unknown): boolean {
  const { instance } = Object(step) as { readonly instance?: unknown };
  const isClass =
    typeof step === 'function' && (step === CacheInterceptor || step.prototype instanceof CacheInterceptor);
  return isClass || step instanceof CacheInterceptor || instance instanceof CacheInterceptor;
}

/** Not a class of somebody's own that extends it: that one may do anything. */
function isExactlyTheCache(step: unknown): boolean {
  const { instance } = Object(step) as { readonly instance?: unknown };
  const made = (instance ?? step) as object;
  return step === CacheInterceptor || made.constructor === CacheInterceptor;
}

function nameOf(step: unknown): string {
  if (typeof step === 'function') return step.name;
  const { name, constructor } = Object(step) as {
    readonly name?: unknown;
    readonly constructor?: { readonly name?: string };
  };
  return typeof name === 'string' && name !== '' ? name : (constructor?.name ?? 'unnamed');
}
