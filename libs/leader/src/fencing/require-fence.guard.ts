import { type CanActivate, type ExecutionContext, HttpException, Injectable, SetMetadata, UseGuards, applyDecorators } from '@nestjs/common';
import { ModulesContainer, Reflector } from '@nestjs/core';
import { StaleFenceError } from '../errors/leader-errors.js';
import { fenceHeader, parseFence } from './fence-header.js';
import { FenceMemory } from './fence-memory.js';

const requireFenceMetadata = Symbol.for('@quorumkit/leader:require-fence');

// One memory for each application, however many modules use the guard and without importing anything.
const memories = new WeakMap<ModulesContainer, FenceMemory>();

/** See `@RequireFence`. */
@Injectable()
export class FenceGuard implements CanActivate {
  private readonly memory: FenceMemory;

  constructor(
    private readonly reflector: Reflector,
    application: ModulesContainer,
  ) {
    this.memory = memories.get(application) ?? new FenceMemory();
    memories.set(application, this.memory);
  }

  canActivate(context: ExecutionContext): boolean {
    const { group } = this.reflector.getAllAndOverride<{ readonly group: string }>(requireFenceMetadata, [context.getHandler(), context.getClass()]);
    const value = context.switchToHttp().getRequest<{ readonly headers: Record<string, unknown> }>().headers[fenceHeader];
    const fence = typeof value === 'string' ? parseFence(value) : undefined;
    if (fence === undefined || fence.group !== group) {
      throw new HttpException({ type: 'about:blank', title: 'Bad Request', status: 400, detail: `A header X-Fence: ${group};<term> is needed; nothing was done.` }, 400);
    }
    try {
      this.memory.admit(fence);
    } catch (error) {
      if (!(error instanceof StaleFenceError)) throw error;
      throw new HttpException({ type: 'about:blank', title: 'Precondition Failed', status: 412, detail: error.message, code: error.code, seenTerm: error.seenTerm }, 412, { cause: error });
    }
    return true;
  }
}

/**
 * On a controller or handler: refuses calls without a well-formed `X-Fence` of the group (400) or with a lower term
 * than the highest seen (412). The highest term is remembered in memory, per group and application.
 */
export function RequireFence(group: string): ClassDecorator & MethodDecorator {
  return applyDecorators(SetMetadata(requireFenceMetadata, { group }), UseGuards(FenceGuard));
}
