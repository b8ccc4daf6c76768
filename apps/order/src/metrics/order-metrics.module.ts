import { Module } from '@nestjs/common';
import { DebitsModule } from '../debits/debits.module.js';
import { LedgerModule } from '../ledger/ledger.module.js';
import { type ReplicaOptions, replicaOptionsToken } from '../replica-options.js';
import { SettlementModule } from '../settlement/settlement.module.js';
import { metricsRegistryToken, OrderMetrics } from './order-metrics.js';

@Module({
  imports: [DebitsModule, LedgerModule, SettlementModule],
  providers: [
    OrderMetrics,
    {
      provide: metricsRegistryToken,
      inject: [replicaOptionsToken],
      useFactory: ({ metrics }: ReplicaOptions) => metrics,
    },
  ],
})
export class OrderMetricsModule {}
