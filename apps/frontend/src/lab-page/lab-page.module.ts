import { type DynamicModule, Module } from '@nestjs/common';
import { CoherentCache } from '@quorumkit/cache';
import type { Page } from '../static-files/page.js';
import { ClusterWatch, type ClusterWatchOptions } from './cluster-watch.js';
import { LAB_PAGE, LabPageController } from './lab-page.controller.js';

export interface LabPageModuleOptions extends Omit<ClusterWatchOptions, 'cache'> {
  readonly page: Page;
  /** The module that exports the cache. */
  readonly products: DynamicModule;
}

/** The live cluster page. */
@Module({})
export class LabPageModule {
  static forRoot({ page, products, ...watched }: LabPageModuleOptions): DynamicModule {
    return {
      module: LabPageModule,
      imports: [products],
      controllers: [LabPageController],
      providers: [
        { provide: LAB_PAGE, useValue: page },
        {
          provide: ClusterWatch,
          inject: [CoherentCache],
          useFactory: (cache: CoherentCache) => new ClusterWatch({ ...watched, cache }),
        },
      ],
    };
  }
}
