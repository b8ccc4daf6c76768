import { type DynamicModule, Module } from '@nestjs/common';
import type { StaticFiles } from '../static-files/static-file.js';
import { STOREFRONT_FILES } from './storefront-files.js';
import { StorefrontController } from './storefront.controller.js';

@Module({})
export class StorefrontModule {
  static forRoot(files: StaticFiles): DynamicModule {
    return {
      module: StorefrontModule,
      controllers: [StorefrontController],
      providers: [{ provide: STOREFRONT_FILES, useValue: files }],
    };
  }
}
