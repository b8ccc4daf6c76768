import { Module } from '@nestjs/common';
import { OrderStateMachine } from './order-state-machine.js';

@Module({ providers: [OrderStateMachine], exports: [OrderStateMachine] })
export class LedgerModule {}
