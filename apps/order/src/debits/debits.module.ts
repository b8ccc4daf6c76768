import { Module } from '@nestjs/common';
import { CatalogClient } from '@toystore/contracts';
import { LedgerModule } from '../ledger/ledger.module.js';
import { type ReplicaOptions, replicaOptionsToken } from '../replica-options.js';
import { CatalogReachability, debitOptionsToken, DebitPump } from '@toystore/protocol/order';

@Module({
  imports: [LedgerModule],
  providers: [
    DebitPump,
    CatalogReachability,
    {
      provide: CatalogClient,
      inject: [replicaOptionsToken],
      useFactory: ({ catalog }: ReplicaOptions) => new CatalogClient(catalog),
    },
    { provide: debitOptionsToken, inject: [replicaOptionsToken], useFactory: ({ debits }: ReplicaOptions) => debits },
  ],
  exports: [DebitPump, CatalogReachability, CatalogClient, debitOptionsToken],
})
export class DebitsModule {}
