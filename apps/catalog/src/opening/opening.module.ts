import { Module } from '@nestjs/common';
import { type CatalogOptions, catalogOptionsToken } from '../catalog-options.js';
import { StockModule } from '../stock/stock.module.js';
import { CatalogEpoch } from './catalog-epoch.js';
import { CatalogOpening } from './catalog-opening.js';
import { LoggedLeases } from './logged-leases.js';
import { openingOptionsToken } from './opening-options.js';

@Module({
  imports: [StockModule],
  providers: [
    CatalogEpoch,
    CatalogOpening,
    LoggedLeases,
    {
      provide: openingOptionsToken,
      inject: [catalogOptionsToken],
      useFactory: ({ opening }: CatalogOptions) => opening,
    },
  ],
  exports: [CatalogEpoch],
})
export class OpeningModule {}
