import { Module } from '@nestjs/common';
import { StockStateMachine } from './stock-state-machine.js';

@Module({ providers: [StockStateMachine], exports: [StockStateMachine] })
export class StockModule {}
