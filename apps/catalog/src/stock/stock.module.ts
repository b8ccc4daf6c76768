import { Module } from '@nestjs/common';
import { StockStateMachine } from '@toystore/protocol/catalog';

@Module({ providers: [StockStateMachine], exports: [StockStateMachine] })
export class StockModule {}
