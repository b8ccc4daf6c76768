import type { RequestMethod, VersioningOptions } from '@nestjs/common';
import { METHOD_METADATA, MODULE_PATH, PATH_METADATA, VERSION_METADATA } from '@nestjs/common/constants.js';
import type { ApplicationConfig } from '@nestjs/core';
import { RoutePathFactory } from '@nestjs/core/router/route-path-factory.js';

/** A handler and what its path is made of. */
export interface PlacedHandler {
  readonly controller: object;
  readonly handler: object;
  /** The class of the module that the controller belongs to. */
  readonly module: object | undefined;
  /** `RouterModule` notes the paths of modules under it. */
  readonly applicationId: string;
}

/**
 * Where Nest serves a handler: `/api/v1/products/:name`, with the paths of modules, the global prefix and versions in
 * URIs. Made by Nest's own factory, so that they are what the router gets; what is put in here is what Nest's
 * `RoutesResolver` puts in. Right from when prefix and versioning have been set.
 */
export function servedPaths(
  application: ApplicationConfig,
  { controller, handler, module, applicationId }: PlacedHandler,
): readonly string[] {
  const factory = new RoutePathFactory(application);
  const versioningOptions = application.getVersioning();
  const ofEveryPath: Omit<RoutePlace, 'ctrlPath' | 'methodPath'> = {
    globalPrefix: application.getGlobalPrefix(),
    modulePath: modulePathOf(module, applicationId),
    controllerVersion: versioningOptions && versionOf(controller, versioningOptions),
    methodVersion: Reflect.getMetadata(VERSION_METADATA, handler) as Version | undefined,
    versioningOptions,
  };
  const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
  return writtenPaths(controller).flatMap((ctrlPath) =>
    writtenPaths(handler).flatMap((methodPath) => factory.create({ ...ofEveryPath, ctrlPath, methodPath }, method)),
  );
}

type RoutePlace = Parameters<RoutePathFactory['create']>[0];
type Version = NonNullable<RoutePlace['controllerVersion']>;

function versionOf(controller: object, { defaultVersion }: VersioningOptions): Version | undefined {
  return (Reflect.getMetadata(VERSION_METADATA, controller) ?? defaultVersion) as Version | undefined;
}

function modulePathOf(module: object | undefined, applicationId: string): string | undefined {
  if (module === undefined) return undefined;
  const own: unknown = Reflect.getMetadata(MODULE_PATH + applicationId, module);
  return (own ?? Reflect.getMetadata(MODULE_PATH, module)) as string | undefined;
}

function writtenPaths(target: object): readonly string[] {
  const written = (Reflect.getMetadata(PATH_METADATA, target) as string | readonly string[] | undefined) ?? '';
  return [written].flat();
}
