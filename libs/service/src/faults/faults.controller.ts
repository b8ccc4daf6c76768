import { Body, Controller, Delete, Get, HttpCode, Post } from '@nestjs/common';
import { FaultOrder, FaultReport, faultRoutes, parseFault } from '@toystore/contracts';

import { ProblemError } from '../problem/problem-error.js';

import { FaultBoard, FaultRefusedError } from './fault-board.js';

/** `/faults`: only in a process that was started with fault injection, and as every internal route only for signed calls. */
@Controller(faultRoutes.faults)
export class FaultsController {
  constructor(private readonly board: FaultBoard) {}

  @Get()
  report(): FaultReport {
    return this.board.report();
  }

  @Post()
  @HttpCode(200)
  arm(@Body() order: FaultOrder): FaultReport {
    const fault = parseFault(order);
    if (fault.kind === 'refused') throw new ProblemError('bad-request', `Nothing was armed: ${fault.why}.`);
    try {
      return this.board.arm(fault);
    } catch (error) {
      if (error instanceof FaultRefusedError) throw new ProblemError('bad-request', error.message, { cause: error });
      throw error;
    }
  }

  @Delete()
  clear(): FaultReport {
    return this.board.clear();
  }
}
