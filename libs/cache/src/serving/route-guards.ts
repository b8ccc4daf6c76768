import type { CanActivate } from '@nestjs/common';
import { GUARDS_METADATA } from '@nestjs/common/constants.js';
import type { ApplicationConfig, DiscoveryService } from '@nestjs/core';

type ControllerWrapper = ReturnType<DiscoveryService['getControllers']>[number];

/** What decorators have bound to a class or a handler. */
export function bound<T>(
  metadata: string,
  target: object,
): readonly (T | (abstract new (...injected: never[]) => T))[] {
  return (
    (Reflect.getMetadata(metadata, target) as (T | (abstract new (...injected: never[]) => T))[] | undefined) ?? []
  );
}

/** A route's guards as Nest runs them: global ones, those of the controller, those of the handler. Undefined when one of them, or the controller, is made anew for each request. */
export function guardsOf(
  wrapper: ControllerWrapper,
  route: { readonly controller: object; readonly handler: object; readonly application: ApplicationConfig },
): readonly CanActivate[] | undefined {
  const { controller, handler, application } = route;
  if (!wrapper.isDependencyTreeStatic() || application.getGlobalRequestGuards().length > 0) return undefined;
  const guards: CanActivate[] = [...application.getGlobalGuards()];
  for (const guard of [
    ...bound<CanActivate>(GUARDS_METADATA, controller),
    ...bound<CanActivate>(GUARDS_METADATA, handler),
  ]) {
    const made = typeof guard === 'function' ? instanceIn(wrapper, guard) : guard;
    if (made === undefined) return undefined;
    guards.push(made);
  }
  return guards;
}

/** Nest has made one for the controller's module, unless each request gets its own. */
function instanceIn({ host }: ControllerWrapper, guard: abstract new (...injected: never[]) => CanActivate) {
  const made = host?.injectables.get(guard as never);
  if (made === undefined || !made.isDependencyTreeStatic() || made.isTransient) return undefined;
  return made.instance as CanActivate | undefined;
}
