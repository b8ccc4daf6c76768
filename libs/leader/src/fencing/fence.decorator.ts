import { type ExecutionContext, createParamDecorator } from '@nestjs/common';
import type { Fence as FenceValue } from '../election/election.js';
import { fenceHeader, parseFence } from './fence-header.js';

/** The value that the decorator of the same name delivers. */
export type Fence = FenceValue;

/** Handler parameter: the fence that the call carries (`X-Fence`), or undefined. Typed `Fence | undefined`. */
export const Fence = createParamDecorator((_: unknown, context: ExecutionContext): FenceValue | undefined => {
  const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>();
  const value = headers[fenceHeader];
  return value === undefined ? undefined : parseFence(value);
});
