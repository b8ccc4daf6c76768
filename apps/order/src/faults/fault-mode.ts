import { type DynamicModule, Module } from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import type { PortDecorators } from '@quorumkit/leader';
import { FaultDisk } from '@quorumkit/leader/testing';
import { type HttpTransport, killPoints } from '@toystore/contracts';
import { FaultBoard, FaultsModule, type JsonLogger } from '@toystore/service';
import { withDebitKillPoints } from './debit-kill-points.js';
import { PeerKillPoints } from './peer-kill-points.js';
import { ReplyKillPoints } from './reply-kill-points.js';

/** What a replica is put together with when it was started with fault injection. */
export interface FaultMode {
  /** Around the ports of the group. */
  readonly decorate: PortDecorators;
  /** Around the way to the catalog. */
  readonly catalog: (real: HttpTransport) => HttpTransport;
  /** Mounts `/faults`, and watches the answers to orders. */
  readonly module: DynamicModule;
}

/**
 * Makes this process one that can be told to suffer faults. Loaded only then: a replica that was started without fault
 * injection has none of this in its memory.
 */
export function faultMode(logger: JsonLogger): FaultMode {
  logger.warn('FAULT INJECTION IS ON: whoever holds the cluster secret can make this process lose data and die.');
  const disk = new FaultDisk({
    beforeSync: (path, unsyncedBytes) => board.pass('before-sync', `${unsyncedBytes} bytes of ${path} are lost`),
  });
  const board = new FaultBoard({ points: killPoints, disk, logger });
  return {
    decorate: { files: (real) => disk.wrap(real), ...new PeerKillPoints(board).decorators },
    catalog: (real) => withDebitKillPoints(real, board),
    module: KillPointsModule.forRoot(board),
  };
}

@Module({ providers: [{ provide: APP_INTERCEPTOR, useClass: ReplyKillPoints }] })
class KillPointsModule {
  static forRoot(board: FaultBoard): DynamicModule {
    return { module: KillPointsModule, imports: [FaultsModule.forRoot(board)] };
  }
}
