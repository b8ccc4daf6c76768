import {
  type CanActivate,
  type ExecutionContext,
  HttpException,
  Injectable,
  SetMetadata,
  UseGuards,
  applyDecorators,
} from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import { electionToken } from '../tokens.js';
import type { Election } from './election.js';

const leaderOnlyMetadata = Symbol.for('@quorumkit/leader:leader-only');

/** See `@LeaderOnly`. */
@Injectable()
export class LeaderOnlyGuard implements CanActivate {
  constructor(
    private readonly modules: ModuleRef,
    private readonly reflector: Reflector,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const { group } = this.reflector.getAllAndOverride<{ readonly group?: string }>(leaderOnlyMetadata, [
      context.getHandler(),
      context.getClass(),
    ]);
    const election = this.modules.get<Election>(electionToken(group), { strict: false });
    const { inOffice, leader, leaderUrl, term } = election.state();
    if (inOffice && election.isLeader()) return true;
    throw new HttpException(
      {
        type: 'about:blank',
        title: 'Misdirected Request',
        status: 421,
        detail: 'This replica does not lead; nothing was done.',
        code: 'NOT_LEADER',
        leader: leader ?? null,
        leaderUrl: leaderUrl ?? null,
        term,
      },
      421,
    );
  }
}

/**
 * On a controller or handler: answers 421 with `{leader, leaderUrl, term}` unless this replica leads and is in office.
 * As cheap as `isLeader()`, and as advisory.
 */
export function LeaderOnly(group?: string): ClassDecorator & MethodDecorator {
  return applyDecorators(SetMetadata(leaderOnlyMetadata, { group }), UseGuards(LeaderOnlyGuard));
}
