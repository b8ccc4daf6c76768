import { type CustomDecorator, SetMetadata } from '@nestjs/common';

export const leaderOnlyMetadata = Symbol.for('@quorumkit/leader:leader-only');

/**
 * On a controller or handler: answers 421 with `{leader, leaderUrl, term}` unless this replica leads and is in office.
 * As cheap as `isLeader()`, and as advisory.
 */
export function LeaderOnly(group?: string): CustomDecorator<symbol> & ClassDecorator & MethodDecorator {
  return SetMetadata(leaderOnlyMetadata, { group }) as CustomDecorator<symbol> & ClassDecorator & MethodDecorator;
}
