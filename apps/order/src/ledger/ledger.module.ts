import { Module } from '@nestjs/common';
import { OrderStateMachine } from '@toystore/protocol/order';

@Module({ providers: [OrderStateMachine], exports: [OrderStateMachine] })
export class LedgerModule {}
