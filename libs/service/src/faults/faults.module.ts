import { type DynamicModule, Module } from '@nestjs/common';

import { FaultBoard } from './fault-board.js';
import { FaultsController } from './faults.controller.js';

/** Mounts `/faults`. Import it only in a process that was started with fault injection, and only in an internal app. */
@Module({})
export class FaultsModule {
  static forRoot(board: FaultBoard): DynamicModule {
    return {
      module: FaultsModule,
      controllers: [FaultsController],
      providers: [{ provide: FaultBoard, useValue: board }],
      exports: [FaultBoard],
    };
  }
}
