import type { IntendedOrder } from './order-records.js';

/** One line of a client's journal. */
export type JournalLine =
  | ({
      readonly kind: 'intended';
      /** the store's address: a key means nothing to another store */ readonly store: string;
    } & IntendedOrder)
  | { readonly kind: 'settled'; readonly key: string };

export function formatJournalLine(line: JournalLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** The attempts at `store` that were written down and never settled, oldest first. Lines that are no journal lines are left out. */
export function pendingOrders(journal: string, store: string): readonly IntendedOrder[] {
  const open = new Map<string, IntendedOrder>();
  for (const text of journal.split('\n')) {
    const line = parseJournalLine(text);
    if (line === undefined) continue;
    if (line.kind === 'settled') open.delete(line.key);
    else if (line.store === store) open.set(line.key, { key: line.key, name: line.name, quantity: line.quantity });
  }
  return [...open.values()];
}

function parseJournalLine(text: string): JournalLine | undefined {
  if (text === '') return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    // Only the last line can be torn, and it was torn before its order was sent.
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
  const { kind, key, name, quantity, store } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof key !== 'string') return undefined;
  if (kind === 'settled') return { kind, key };
  if (kind !== 'intended' || typeof name !== 'string' || typeof quantity !== 'number' || typeof store !== 'string')
    return undefined;
  return { kind, key, name, quantity, store };
}
