import { LabError } from '../lab-error.js';
import type { Cut, ProcessPair } from '../network/link-table.js';
import { parseSignal } from '../supervision/kill-signal.js';
import type { AcknowledgedOrder } from '../verification/acknowledged-orders.js';

/** What a running lab can be asked to do. */
export type LabCommand =
  | { readonly kind: 'status' }
  | { readonly kind: 'kill'; readonly name: string; readonly signal: NodeJS.Signals }
  | { readonly kind: 'start'; readonly name: string }
  | { readonly kind: 'pause'; readonly name: string }
  | { readonly kind: 'resume'; readonly name: string }
  | ({ readonly kind: 'cut' } & Cut)
  /** Read in full where it is carried out. */
  | { readonly kind: 'fault'; readonly name: string; readonly order: Readonly<Record<string, unknown>> }
  | { readonly kind: 'explain'; readonly product: string }
  /** Without a pair everything is healed. */
  | { readonly kind: 'heal'; readonly pair?: ProcessPair }
  | { readonly kind: 'verify'; readonly restWaitMs: number; readonly acknowledged: readonly AcknowledgedOrder[] }
  | { readonly kind: 'down' };

export const restWaitMsMax = 600_000;

/** Checks a command that came over the wire; throws a refusal that names what is wrong with it. */
export function parseLabCommand(value: unknown): LabCommand {
  if (typeof value !== 'object' || value === null) throw refusal('A command is a JSON object.');
  const fields = value as Readonly<Record<string, unknown>>;
  switch (fields['kind']) {
    case 'status':
    case 'down':
      return { kind: fields['kind'] };
    case 'start':
    case 'pause':
    case 'resume':
      return { kind: fields['kind'], name: text(fields, 'name') };
    case 'kill':
      return { kind: 'kill', name: text(fields, 'name'), signal: parseSignal(text(fields, 'signal')) };
    case 'cut':
      return { kind: 'cut', ...pair(fields), oneWay: flag(fields, 'oneWay'), refuse: flag(fields, 'refuse') };
    case 'fault':
      return {
        kind: 'fault',
        name: text(fields, 'name'),
        order: (fields['order'] ?? {}) as Readonly<Record<string, unknown>>,
      };
    case 'explain':
      return { kind: 'explain', product: text(fields, 'product') };
    case 'heal':
      return fields['pair'] === undefined
        ? { kind: 'heal' }
        : { kind: 'heal', pair: pair((fields['pair'] ?? {}) as Readonly<Record<string, unknown>>) };
    case 'verify':
      return {
        kind: 'verify',
        restWaitMs: restWaitMs(fields['restWaitMs']),
        acknowledged: acknowledgedOrders(fields['acknowledged']),
      };
    default:
      throw refusal(`Unknown command '${String(fields['kind'])}'.`);
  }
}

function refusal(message: string): LabError {
  return new LabError('invalid-command', message);
}

function text(fields: Readonly<Record<string, unknown>>, name: string): string {
  const value = fields[name];
  if (typeof value !== 'string' || value === '')
    throw refusal(`The command's '${name}' must be a text that is not empty.`);
  return value;
}

function flag(fields: Readonly<Record<string, unknown>>, name: string): boolean {
  const value = fields[name];
  if (typeof value !== 'boolean') throw refusal(`The command's '${name}' must be true or false.`);
  return value;
}

function pair(fields: Readonly<Record<string, unknown>>): ProcessPair {
  return { a: text(fields, 'a'), b: text(fields, 'b') };
}

function restWaitMs(value: unknown): number {
  if (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= restWaitMsMax) return value as number;
  throw refusal(`The wait for the store to rest must be a whole number of milliseconds up to ${restWaitMsMax}.`);
}

function acknowledgedOrders(value: unknown): readonly AcknowledgedOrder[] {
  if (!Array.isArray(value)) throw refusal("The command's 'acknowledged' must be a list.");
  return value.map((entry: unknown) => {
    const { number, name, quantity, key, source } = (entry ?? {}) as Readonly<Record<string, unknown>>;
    const known =
      typeof number === 'number' &&
      typeof name === 'string' &&
      typeof quantity === 'number' &&
      typeof source === 'string';
    if (!known) throw refusal('An acknowledged order needs number, name, quantity and source.');
    return { number, name, quantity, source, key: typeof key === 'string' ? key : undefined };
  });
}
