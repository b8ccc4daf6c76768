import { type DynamicModule, Module } from '@nestjs/common';
import { type CallAuthenticator, LeaderModule, raft } from '@quorumkit/leader';
import { HealthModule, MetricsModule, type Readiness } from '@toystore/service';
import type { FaultMode } from './faults/fault-mode.js';
import type { OrderConfig } from './order-config.js';
import { OrderModule } from './order.module.js';
import type { ReplicaOptions } from './replica-options.js';

export interface ReplicaModuleOptions {
  readonly config: OrderConfig;
  readonly replica: ReplicaOptions;
  /** Signs what the replicas send each other; incoming calls are verified by the application's guard. */
  readonly auth: CallAuthenticator;
  readonly readiness: Readiness;
  /** Only where the process was started with fault injection. */
  readonly faults?: FaultMode | undefined;
}

/** Everything that one process of the order group runs. All of its routes are internal. */
@Module({})
export class ReplicaModule {
  static forRoot({ config, replica, auth, readiness, faults }: ReplicaModuleOptions): DynamicModule {
    const { nodeId, members, dataDir } = config;
    const engine = raft({ priorityTakeoverStableMs: config.takeoverStableMs });
    return {
      module: ReplicaModule,
      imports: [
        LeaderModule.forRoot({
          isGlobal: true,
          metrics: replica.metrics,
          groups: [
            { name: 'orders', nodeId, members, dataDir, auth, engine, ...(faults && { decorate: faults.decorate }) },
          ],
        }),
        OrderModule.forRoot(replica),
        HealthModule.forRoot(readiness),
        MetricsModule.forRoot({ registry: replica.metrics }),
        ...(faults === undefined ? [] : [faults.module]),
      ],
    };
  }
}
