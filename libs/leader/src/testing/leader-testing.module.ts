import type { DynamicModule } from '@nestjs/common';
import { LeaderModule } from '../leader.module.js';
import type { GroupLimits } from '../group/group-options.js';
import { MemoryLogStore } from '../log-store/memory-log-store.js';
import { type Clock, SystemClock } from '../runtime/clock.js';
import { InMemoryNetwork } from './in-memory-network.js';

export interface LeaderTestingOptions {
  /** Names of the groups that the application under test uses. */
  readonly groups: readonly string[];
  /** Default: the system's. With a `ManualClock` nothing happens until it is moved. */
  readonly clock?: Clock;
  readonly limits?: Partial<GroupLimits>;
  /** Default true. */
  readonly isGlobal?: boolean;
}

/**
 * Stands in for `LeaderModule` in an application's tests: each group has one voter, a log in memory and no network, so
 * that the application leads at once; `@OnElected` runs when the application has started, without listening.
 */
export class LeaderTestingModule {
  static forGroups(options: LeaderTestingOptions): DynamicModule {
    const clock = options.clock ?? new SystemClock();
    return LeaderModule.forRoot({
      isGlobal: options.isGlobal ?? true,
      metrics: false,
      takeOffice: 'bootstrap',
      logger: { log: nothing, warn: nothing, error: nothing, debug: nothing, fatal: nothing },
      onFatal: (error) => {
        throw error;
      },
      groups: options.groups.map((name) => ({
        name,
        nodeId: 'test',
        members: [{ id: 'test', url: 'http://test.invalid', priority: 1 }],
        dataDir: 'memory',
        auth: 'none',
        clock,
        logStore: new MemoryLogStore({ name }),
        transport: new InMemoryNetwork(clock).transport('test'),
        ...(options.limits && { limits: options.limits }),
      })),
    });
  }
}

function nothing(): void {}
