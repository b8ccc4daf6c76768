import { type DynamicModule, Module } from '@nestjs/common';
import { ScheduleModule, SchedulerRegistry } from '@nestjs/schedule';
import { LeaderWatch, type LeaderWatchOptions } from './leader-watch.js';

export type NominationModuleOptions = Omit<LeaderWatchOptions, 'scheduler'>;

/** Watches the order group's leader and conducts its elections while the application runs. */
@Module({})
export class NominationModule {
  static forRoot(options: NominationModuleOptions): DynamicModule {
    return {
      module: NominationModule,
      imports: [ScheduleModule.forRoot()],
      providers: [
        {
          provide: LeaderWatch,
          inject: [SchedulerRegistry],
          useFactory: (scheduler: SchedulerRegistry) => new LeaderWatch({ ...options, scheduler }),
        },
      ],
      exports: [LeaderWatch],
    };
  }
}
