import { type DynamicModule, Module } from '@nestjs/common';
import { LeaderWatch } from './leader-watch.js';

/** Watches the order group's leader and conducts its elections while the application runs. */
@Module({})
export class NominationModule {
  static forRoot(watch: LeaderWatch): DynamicModule {
    return { module: NominationModule, providers: [{ provide: LeaderWatch, useValue: watch }] };
  }
}
