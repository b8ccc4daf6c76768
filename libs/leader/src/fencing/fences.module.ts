import { type DynamicModule, Module } from '@nestjs/common';
import { DurableFences } from './durable-fences.js';
import { FenceMemory } from './fence-memory.js';
import { fenceKeeperToken } from './fence-keeper-token.js';

export interface FencesModuleOptions {
  /** Folder of `fences.json`, made when missing; one process at a time. `'memory'`: forget at every start. */
  readonly dataDir: string;
  /**
   * How far the term of a fence may be above the highest one seen (at first 0); others are refused and not stored. A guard
   * against mistakes, not against callers that lie. Integer ≥ 1, default 1000000.
   */
  readonly termJumpMax?: number;
}

/**
 * Where `@RequireFence` keeps the highest terms it has seen. Import it once, in a service that is called by leaders and
 * hosts no group itself. A service that hosts one need not: `LeaderModule` keeps them in its first group's folder.
 */
@Module({})
export class FencesModule {
  static forRoot({ dataDir, ...limits }: FencesModuleOptions): DynamicModule {
    const useFactory = (): Promise<DurableFences> | FenceMemory =>
      dataDir === 'memory' ? new FenceMemory(limits) : DurableFences.open(dataDir, limits);
    return { module: FencesModule, global: true, providers: [{ provide: fenceKeeperToken, useFactory }] };
  }
}
