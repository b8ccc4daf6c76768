import type { DynamicModule } from '@nestjs/common';
import type { PortDecorators } from '@quorumkit/leader';
import { FaultDisk } from '@quorumkit/leader/testing';
import { FaultBoard, FaultsModule, type JsonLogger } from '@toystore/service';

/** What the catalog is put together with when it was started with fault injection. */
export interface FaultMode {
  /** Around the ports of its group. */
  readonly decorate: PortDecorators;
  /** Mounts `/faults`. */
  readonly module: DynamicModule;
}

/** Makes this process one that can be told to suffer the faults of a disk, to stand still and to die before a sync. */
export function faultMode(logger: JsonLogger): FaultMode {
  logger.warn('FAULT INJECTION IS ON: whoever holds the cluster secret can make this process lose data and die.');
  const disk = new FaultDisk({
    beforeSync: (path, unsyncedBytes) => board.pass('before-sync', `${unsyncedBytes} bytes of ${path} are lost`),
  });
  const board = new FaultBoard({ points: ['before-sync'], disk, logger });
  return { decorate: { files: (real) => disk.wrap(real) }, module: FaultsModule.forRoot(board) };
}
