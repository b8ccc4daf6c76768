import { describe, it } from '@jest/globals';
import { describeLeaseRecord } from '@quorumkit/cache/testing';
import type { ReplicatedLog } from '@quorumkit/leader';
import type { StockCommand, StockResult } from '../stock/stock-command.js';
import { StockStateMachine } from '../stock/stock-state-machine.js';
import { LoggedLeases } from './logged-leases.js';

/** A life of the catalog: its log applied from the beginning, and what is proposed applied at once. */
function lifeOver(entries: StockCommand[]): LoggedLeases {
  const machine = new StockStateMachine();
  const apply = (index: number, command: StockCommand) => machine.apply({ index, term: 1, time: 0, command });
  entries.forEach((command, offset) => apply(offset + 1, command));
  const log = {
    propose: async (command: StockCommand) => ({
      index: entries.push(command),
      result: apply(entries.length, command),
    }),
  } as unknown as ReplicatedLog<StockCommand, StockResult>;
  return new LoggedLeases(machine, log);
}

describeLeaseRecord(
  'the one in the log',
  async () => {
    const entries: StockCommand[] = [];
    return { record: lifeOver(entries), restart: async () => lifeOver(entries) };
  },
  { describe, it },
);
