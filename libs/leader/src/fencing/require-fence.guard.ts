import {
  type CanActivate,
  type ExecutionContext,
  HttpException,
  Injectable,
  SetMetadata,
  UseGuards,
  applyDecorators,
} from '@nestjs/common';
import { ModuleRef, ModulesContainer, Reflector } from '@nestjs/core';
import { ImplausibleFenceError, StaleFenceError } from '../errors/leader-errors.js';
import { StorageFailedError } from '../log-store/errors.js';
import { fenceHeader, parseFence } from './fence-header.js';
import { fenceKeeperToken, groupFenceKeeperToken } from './fence-keeper-token.js';
import type { FenceKeeper } from './fence-keeper.js';
import { FenceMemory } from './fence-memory.js';

const requireFenceMetadata = Symbol.for('@quorumkit/leader:require-fence');

// One for each application, however many modules use the guard and without importing anything.
const keepers = new WeakMap<ModulesContainer, FenceKeeper>();

/** See `@RequireFence`. */
@Injectable()
export class FenceGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly modules: ModuleRef,
    private readonly application: ModulesContainer,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const { group } = this.reflector.getAllAndOverride<{ readonly group: string }>(requireFenceMetadata, [
      context.getHandler(),
      context.getClass(),
    ]);
    const value = context.switchToHttp().getRequest<{ readonly headers: Record<string, unknown> }>().headers[
      fenceHeader
    ];
    const fence = typeof value === 'string' ? parseFence(value) : undefined;
    if (fence === undefined || fence.group !== group) {
      throw new HttpException(
        {
          type: 'about:blank',
          title: 'Bad Request',
          status: 400,
          detail: `A header X-Fence: ${group};<term> is needed; nothing was done.`,
        },
        400,
      );
    }
    try {
      await this.keeper.admit(fence);
    } catch (error) {
      if (error instanceof StorageFailedError) {
        throw new HttpException(
          {
            type: 'about:blank',
            title: 'Service Unavailable',
            status: 503,
            detail: 'The fence could not be stored; nothing was done.',
            code: error.code,
          },
          503,
          { cause: error },
        );
      }
      if (error instanceof ImplausibleFenceError) {
        throw new HttpException(
          {
            type: 'about:blank',
            title: 'Bad Request',
            status: 400,
            detail: error.message,
            code: error.code,
            seenTerm: error.seenTerm,
          },
          400,
          { cause: error },
        );
      }
      if (!(error instanceof StaleFenceError)) throw error;
      throw new HttpException(
        {
          type: 'about:blank',
          title: 'Precondition Failed',
          status: 412,
          detail: error.message,
          code: error.code,
          seenTerm: error.seenTerm,
        },
        412,
        { cause: error },
      );
    }
    return true;
  }

  private get keeper(): FenceKeeper {
    const known = keepers.get(this.application);
    if (known !== undefined) return known;
    const keeper = this.provided(fenceKeeperToken) ?? this.provided(groupFenceKeeperToken) ?? new FenceMemory();
    keepers.set(this.application, keeper);
    return keeper;
  }

  private provided(token: symbol): FenceKeeper | undefined {
    const isProvided = [...this.application.values()].some(({ providers }) => providers.has(token));
    return isProvided ? this.modules.get<FenceKeeper>(token, { strict: false }) : undefined;
  }
}

/**
 * On a controller or handler: refuses calls without a well-formed `X-Fence` of the group (400) or with a lower term
 * than the highest seen (412), or one implausibly far above it (400).
 *
 * **It must stand behind authentication.** It believes the term of whoever gets to it and remembers it for ever: a caller
 * that nobody checked can shut every real leader out with one request, until `fences.json` is mended by hand. Nest runs
 * guards of the application first, then the controller's, then the handler's, and those that decorate one target *from the
 * lowest decorator up*: authenticate in an `APP_GUARD` or on the controller; on one handler write it below this.
 *
 * A new term is on disk before the call that brought it is served, so a restart forgets
 * none: in the folder of `FencesModule`, or of the first group of `LeaderModule`. Where the application has neither, it
 * is remembered in memory only. When the disk refuses the new term, so does this guard (503); nothing was done.
 */
export function RequireFence(group: string): ClassDecorator & MethodDecorator {
  return applyDecorators(SetMetadata(requireFenceMetadata, { group }), UseGuards(FenceGuard));
}
