import { SetMetadata } from '@nestjs/common';

export const leaderIntervalMetadata = Symbol.for('@quorumkit/leader:leader-interval');

/**
 * Calls a provider's method every `intervalMs` while this replica is in office, first one interval after taking
 * office; never twice at once. Registered with @nestjs/schedule's SchedulerRegistry where the host has one.
 * Non-promise: exactly once per interval across a change of leaders. Propose what must happen once under a key.
 */
export function LeaderInterval(group: string, intervalMs: number): MethodDecorator {
  return SetMetadata(leaderIntervalMetadata, { group, intervalMs });
}
