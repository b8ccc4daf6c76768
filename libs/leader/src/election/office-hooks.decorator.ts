import { SetMetadata } from '@nestjs/common';
import type { Fence } from './election.js';

export const onElectedMetadata = Symbol.for('@quorumkit/leader:on-elected');
export const onDeposedMetadata = Symbol.for('@quorumkit/leader:on-deposed');

export interface OfficeHookMetadata {
  readonly group: string | undefined;
}

type ElectedMethod = (fence: Fence, signal: AbortSignal) => void | Promise<void>;
type DeposedMethod = () => void | Promise<void>;
type HookDecorator<Method> = <M extends Method>(
  target: object,
  property: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

/**
 * Calls a provider's method when this replica has taken office: after the term's first entry is committed *and*
 * applied, and never before the application listens. Gets the fence, and a signal that is aborted on deposition.
 * A method that throws or outlasts `limits.hookTimeoutMs` makes the replica resign. Start long work, don't await it.
 */
export function OnElected(group?: string): HookDecorator<ElectedMethod> {
  return SetMetadata(onElectedMetadata, { group } satisfies OfficeHookMetadata) as HookDecorator<ElectedMethod>;
}

/**
 * Calls a provider's method when office is over; only after `@OnElected`. When leadership is given up on purpose
 * (transfer, resignation, shutdown) it is awaited before leadership is released.
 */
export function OnDeposed(group?: string): HookDecorator<DeposedMethod> {
  return SetMetadata(onDeposedMetadata, { group } satisfies OfficeHookMetadata) as HookDecorator<DeposedMethod>;
}
