import { Controller, Get, Param } from '@nestjs/common';
import { catalogRoutes, parseProductName, type StockList, type StockView, unreachable } from '@toystore/contracts';
import { ReadStock } from '@toystore/protocol/catalog';
import { ProblemError } from '@toystore/service';
import { catalogStarting } from '../opening/open-epoch.js';

/** The stock together with its version. */
@Controller(catalogRoutes.products)
export class ProductsController {
  constructor(private readonly stock: ReadStock) {}

  @Get()
  list(): StockList {
    const read = this.stock.list();
    if (read.kind === 'starting') throw catalogStarting();
    const { products, epoch, sequence } = read;
    return { products: products.map((product) => ({ ...product })), epoch, sequence };
  }

  @Get(':name')
  product(@Param('name') rawName: string): StockView {
    const read = this.stock.product(parseProductName(rawName));
    switch (read.kind) {
      case 'stock':
        return { ...read.product, epoch: read.epoch, sequence: read.sequence };
      case 'absent':
        throw new ProblemError('unknown-product', 'There is no product of that name.', {
          extensions: { epoch: read.epoch, sequence: read.sequence },
        });
      case 'starting':
        throw catalogStarting();
      default:
        return unreachable(read);
    }
  }
}
