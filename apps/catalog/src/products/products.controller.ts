import { Controller, Get, Param } from '@nestjs/common';
import { catalogRoutes, parseProductName, type StockList, type StockView } from '@toystore/contracts';
import { ProblemError } from '@toystore/service';
import { CatalogEpoch } from '../opening/catalog-epoch.js';
import { StockStateMachine } from '@toystore/protocol/catalog';

/**
 * The stock together with its version. Value and version are read in one turn: a cache may rely on a value being
 * exactly as new as its version says.
 */
@Controller(catalogRoutes.products)
export class ProductsController {
  constructor(
    private readonly machine: StockStateMachine,
    private readonly epoch: CatalogEpoch,
  ) {}

  @Get()
  list(): StockList {
    const { ledger } = this.machine;
    const products = ledger.list().map(({ name, priceCents, current }) => ({ name, priceCents, quantity: current }));
    return { products, epoch: this.epoch.current(), sequence: ledger.sequence };
  }

  @Get(':name')
  product(@Param('name') rawName: string): StockView {
    const epoch = this.epoch.current();
    const { ledger } = this.machine;
    const { sequence } = ledger;
    const name = parseProductName(rawName);
    const product = name === undefined ? undefined : ledger.find(name);
    if (product === undefined) {
      throw new ProblemError('unknown-product', 'There is no product of that name.', {
        extensions: { epoch, sequence },
      });
    }
    return { name: product.name, priceCents: product.priceCents, quantity: product.current, epoch, sequence };
  }
}
