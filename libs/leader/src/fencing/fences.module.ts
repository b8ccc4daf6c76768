import { type DynamicModule, Module } from '@nestjs/common';
import { DurableFences } from './durable-fences.js';
import { FenceMemory } from './fence-memory.js';
import { fenceKeeperToken } from './fence-keeper-token.js';

export interface FencesModuleOptions {
  /** Folder of `fences.json`, made when missing; one process at a time. `'memory'`: forget at every start. */
  readonly dataDir: string;
}

/**
 * Where `@RequireFence` keeps the highest terms it has seen. Import it once, in a service that is called by leaders and
 * hosts no group itself. A service that hosts one need not: `LeaderModule` keeps them in its first group's folder.
 */
@Module({})
export class FencesModule {
  static forRoot({ dataDir }: FencesModuleOptions): DynamicModule {
    const useFactory = (): Promise<DurableFences> | FenceMemory =>
      dataDir === 'memory' ? new FenceMemory() : DurableFences.open(dataDir);
    return { module: FencesModule, global: true, providers: [{ provide: fenceKeeperToken, useFactory }] };
  }
}
