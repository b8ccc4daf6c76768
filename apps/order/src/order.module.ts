import { type DynamicModule, Module } from '@nestjs/common';
import { AuditModule } from './audit/audit.module.js';
import { OrderMetricsModule } from './metrics/order-metrics.module.js';
import { PlacingModule } from './placing/placing.module.js';
import { ProjectionModule } from './projection/projection.module.js';
import { QueryingModule } from './querying/querying.module.js';
import { type ReplicaOptions, ReplicaOptionsModule } from './replica-options.js';

/** A replica's features. Needs the group `orders` of a global `LeaderModule` beside it. */
@Module({ imports: [AuditModule, OrderMetricsModule, PlacingModule, ProjectionModule, QueryingModule] })
export class OrderModule {
  static forRoot(options: ReplicaOptions): DynamicModule {
    return { module: OrderModule, imports: [ReplicaOptionsModule.forRoot(options)] };
  }
}
