import { Module } from '@nestjs/common';
import { CatalogEpoch, CatalogOpening, initialStockToken, LoggedLeases } from '@toystore/protocol/catalog';
import { type CatalogOptions, catalogOptionsToken } from '../catalog-options.js';
import { StockModule } from '../stock/stock.module.js';
import { ToysFile } from '../toys/toys-file.js';

@Module({
  imports: [StockModule],
  providers: [
    CatalogEpoch,
    CatalogOpening,
    LoggedLeases,
    {
      provide: initialStockToken,
      inject: [catalogOptionsToken],
      useFactory: ({ opening }: CatalogOptions) => new ToysFile(opening.toysCsvPath),
    },
  ],
  exports: [CatalogEpoch],
})
export class OpeningModule {}
