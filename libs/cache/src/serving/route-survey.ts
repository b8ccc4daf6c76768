import { Injectable, type CanActivate, type NestInterceptor } from '@nestjs/common';
import { GUARDS_METADATA, INTERCEPTORS_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import { ApplicationConfig, DiscoveryService, MetadataScanner } from '@nestjs/core';

import { cachedMetadata, type CachedOptions } from './cached.decorator.js';
import { CacheInterceptor } from './cache.interceptor.js';

/** A handler with `@Cached`. */
export interface CachedRoute {
  /** `Controller.method`. */
  readonly name: string;
  /** As written in the decorators, joined by slashes: `products/:name`. Prefixes and versions of the application are not in it. */
  readonly paths: readonly string[];
  readonly controller: object;
  readonly handler: object;
  readonly options: CachedOptions;
}

/** Something that runs before the handler, other than the cache itself and pipes. */
export interface SkippedStep {
  readonly kind: 'guard' | 'interceptor';
  readonly name: string;
  readonly where: 'on the handler' | 'on the controller' | 'global';
}

/** Knows the application's cached routes and what stands before them. Ask it when the modules are being initialised, or later. */
@Injectable()
export class RouteSurvey {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly scanner: MetadataScanner,
    private readonly application: ApplicationConfig,
  ) {}

  cachedRoutes(): readonly CachedRoute[] {
    return this.discovery.getControllers().flatMap(({ instance, metatype }) => {
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
                paths: pathsOf(metatype, handler),
                controller: metatype,
                handler,
                options,
              },
            ];
      });
    });
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

function pathsOf(controller: object, handler: object): readonly string[] {
  const written = (target: object) =>
    [(Reflect.getMetadata(PATH_METADATA, target) as string | string[] | undefined) ?? ''].flat();
  return written(controller).flatMap((outer) =>
    written(handler).map((inner) =>
      `${outer}/${inner}`
        .split('/')
        .filter((segment) => segment !== '')
        .join('/'),
    ),
  );
}

function bound<T>(metadata: string, target: object): readonly (T | { readonly prototype: T })[] {
  return (Reflect.getMetadata(metadata, target) as (T | { readonly prototype: T })[] | undefined) ?? [];
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

function nameOf(step: unknown): string {
  if (typeof step === 'function') return step.name;
  const { name, constructor } = Object(step) as {
    readonly name?: unknown;
    readonly constructor?: { readonly name?: string };
  };
  return typeof name === 'string' && name !== '' ? name : (constructor?.name ?? 'unnamed');
}
