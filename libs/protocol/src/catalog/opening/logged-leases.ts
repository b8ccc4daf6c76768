import { Injectable } from '@nestjs/common';
import type { LeaseRecord } from '@quorumkit/cache';
import { InjectReplicatedLog, type ReplicatedLog } from '@quorumkit/leader';
import type { StockCommand, StockResult } from '../stock/stock-command.js';
import { StockStateMachine } from '../stock/stock-state-machine.js';

/** The lease record in the catalog's log: it survives what the stock survives. */
@Injectable()
export class LoggedLeases implements LeaseRecord {
  constructor(
    private readonly machine: StockStateMachine,
    @InjectReplicatedLog('catalog') private readonly log: ReplicatedLog<StockCommand, StockResult>,
  ) {}

  read(): number | undefined {
    return this.machine.ledger.longestLeaseMs;
  }

  async write(longestLeaseMs: number): Promise<void> {
    await this.log.propose({ kind: 'lease', longestMs: longestLeaseMs });
  }
}
