import { type CustomDecorator, SetMetadata } from '@nestjs/common';

export const requireFenceMetadata = Symbol.for('@quorumkit/leader:require-fence');

/**
 * On a controller or handler: refuses calls without a well-formed `X-Fence` of the group (400) or with a lower term
 * than the highest seen (412). The highest term is remembered in memory, per group and process.
 */
export function RequireFence(group: string): CustomDecorator<symbol> & ClassDecorator & MethodDecorator {
  return SetMetadata(requireFenceMetadata, { group }) as CustomDecorator<symbol> & ClassDecorator & MethodDecorator;
}
