import { decodeCommand, type SessionResult } from '../workload/session-machine.js';
import type { RecordedOperation } from '../workload/history.js';
import type { OperationInput } from '../workload/workload.js';
import type { CommittedLog } from './committed-log.js';
import { PropertyViolation } from './checker.js';

/**
 * Every acknowledged command is in the committed log, and however often it is there (a client may have sent it again),
 * it took effect once: with the result that was acknowledged.
 */
export function checkAcknowledgedOnce(
  history: readonly RecordedOperation<OperationInput>[],
  committed: CommittedLog,
): void {
  const results = firstResults(committed);
  for (const { client, sequence, input, returned, output } of history) {
    if (input.kind !== 'command' || returned === undefined) continue;
    const first = results.get(nameOf(client, sequence));
    if (first === undefined) {
      throw new PropertyViolation(
        'Acknowledged Once',
        `command ${sequence} of client ${client} was acknowledged, but it is not in the committed log`,
      );
    }
    if (JSON.stringify(first) !== JSON.stringify(output)) {
      throw new PropertyViolation(
        'Acknowledged Once',
        `command ${sequence} of client ${client} came to ${JSON.stringify(first)}, acknowledged was ${JSON.stringify(output)}`,
      );
    }
  }
}

function firstResults(committed: CommittedLog): ReadonlyMap<string, unknown> {
  const results = new Map<string, unknown>();
  for (let index = 1; index <= committed.lastIndex; index += 1) {
    const entry = committed.entryAt(index);
    if (entry?.kind !== 'command') continue;
    const { client, sequence } = decodeCommand(entry.data);
    const name = nameOf(client, sequence);
    const result = committed.resultAt(index) as SessionResult;
    if (!results.has(name) && result.kind === 'applied') results.set(name, result.result);
  }
  return results;
}

function nameOf(client: number, sequence: number): string {
  return `${client} ${sequence}`;
}
