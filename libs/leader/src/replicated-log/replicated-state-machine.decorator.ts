import { Injectable, SetMetadata, applyDecorators } from '@nestjs/common';
import type { StateMachine } from './state-machine.js';

export const stateMachineMetadata = Symbol.for('@quorumkit/leader:state-machine');

type StateMachineClass = abstract new (...args: never[]) => StateMachine<never, unknown>;

/**
 * Marks a provider as the state machine of a group (without a name: of the only one). `LeaderModule` finds it in any
 * module; exactly one per group.
 */
export function ReplicatedStateMachine(group?: string): (target: StateMachineClass) => void {
  return applyDecorators(Injectable(), SetMetadata(stateMachineMetadata, { group })) as (
    target: StateMachineClass,
  ) => void;
}
