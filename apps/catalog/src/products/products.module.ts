import { Module } from '@nestjs/common';
import { ReadStock } from '@toystore/protocol/catalog';
import { OpeningModule } from '../opening/opening.module.js';
import { StockModule } from '../stock/stock.module.js';
import { ProductsController } from './products.controller.js';

@Module({ imports: [OpeningModule, StockModule], controllers: [ProductsController], providers: [ReadStock] })
export class ProductsModule {}
