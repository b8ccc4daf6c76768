import { type DynamicModule, Module } from '@nestjs/common';
import type { Page } from '../static-files/page.js';
import { STOREFRONT, StorefrontController } from './storefront.controller.js';

@Module({})
export class StorefrontModule {
  static forRoot(page: Page): DynamicModule {
    return {
      module: StorefrontModule,
      controllers: [StorefrontController],
      providers: [{ provide: STOREFRONT, useValue: page }],
    };
  }
}
