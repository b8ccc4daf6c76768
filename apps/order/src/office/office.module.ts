import { Module } from '@nestjs/common';
import { DebitsModule } from '../debits/debits.module.js';
import { SettlementModule } from '../settlement/settlement.module.js';
import { CatalogFitness } from './catalog-fitness.js';
import { Office } from '@toystore/protocol/order';

@Module({ imports: [DebitsModule, SettlementModule], providers: [Office, CatalogFitness], exports: [Office] })
export class OfficeModule {}
