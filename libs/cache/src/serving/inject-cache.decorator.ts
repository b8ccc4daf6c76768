import { Inject } from '@nestjs/common';

import { CoherentCache } from './coherent-cache.service.js';

/** Injects the `CoherentCache` of `CoherentCacheModule`; the same as injecting by type. */
export function InjectCache(): ParameterDecorator & PropertyDecorator {
  return Inject(CoherentCache);
}
