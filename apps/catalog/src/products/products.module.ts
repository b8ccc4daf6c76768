import { Module } from '@nestjs/common';
import { OpeningModule } from '../opening/opening.module.js';
import { StockModule } from '../stock/stock.module.js';
import { ProductsController } from './products.controller.js';

@Module({ imports: [OpeningModule, StockModule], controllers: [ProductsController] })
export class ProductsModule {}
