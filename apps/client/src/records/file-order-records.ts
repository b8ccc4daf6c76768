import { mkdir, open, readFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { formatJournalLine, pendingOrders, type JournalLine } from './journal.js';
import { formatOrderRow, orderCsvHeader, parseOrderRows } from './order-csv.js';
import type { AcknowledgedOrder, IntendedOrder, OrderRecords } from './order-records.js';

export interface OrderFiles {
  /** Made when it is missing. */
  readonly folder: string;
  /** `client-1` keeps `client-1.csv` and `client-1.journal`. */
  readonly client: string;
  /** The store's address. */
  readonly store: string;
}

/** Keeps one client's orders in two files to which it only appends. One process at a time. */
export class FileOrderRecords implements OrderRecords {
  readonly #store: string;
  readonly #csv: FileHandle;
  readonly #journal: FileHandle;
  readonly #pending: Map<string, IntendedOrder>;
  readonly #acknowledged: AcknowledgedOrder[];

  private constructor(state: {
    store: string;
    csv: FileHandle;
    journal: FileHandle;
    pending: Map<string, IntendedOrder>;
    acknowledged: AcknowledgedOrder[];
  }) {
    this.#store = state.store;
    this.#csv = state.csv;
    this.#journal = state.journal;
    this.#pending = state.pending;
    this.#acknowledged = state.acknowledged;
  }

  static async open({ folder, client, store }: OrderFiles): Promise<FileOrderRecords> {
    await mkdir(folder, { recursive: true });
    const csv = await openForAppending(join(folder, `${client}.csv`));
    const journal = await openForAppending(join(folder, `${client}.journal`));
    if (csv.text === '') await appendDurably(csv.handle, orderCsvHeader);
    const acknowledged = [...parseOrderRows(csv.text)];
    const pending = new Map(pendingOrders(journal.text, store).map((order) => [order.key, order]));
    const records = new FileOrderRecords({ store, csv: csv.handle, journal: journal.handle, pending, acknowledged });
    // A crash between the two files: the order is recorded, only its journal line is still open.
    for (const { key } of acknowledged) if (pending.has(key)) await records.#settle(key);
    return records;
  }

  pending(): readonly IntendedOrder[] {
    return [...this.#pending.values()];
  }

  acknowledged(): readonly AcknowledgedOrder[] {
    return this.#acknowledged;
  }

  async intend(order: IntendedOrder): Promise<void> {
    this.#pending.set(order.key, order);
    await this.#note({ kind: 'intended', store: this.#store, ...order });
  }

  async acknowledge(order: AcknowledgedOrder): Promise<void> {
    this.#acknowledged.push(order);
    await appendDurably(this.#csv, formatOrderRow(order));
    await this.#settle(order.key);
  }

  giveUp(key: string): Promise<void> {
    return this.#settle(key);
  }

  async close(): Promise<void> {
    await Promise.all([this.#csv.close(), this.#journal.close()]);
  }

  async #settle(key: string): Promise<void> {
    this.#pending.delete(key);
    await this.#note({ kind: 'settled', key });
  }

  #note(line: JournalLine): Promise<void> {
    return appendDurably(this.#journal, formatJournalLine(line));
  }
}

/** Opens a file of lines and cuts off a last line that a crash left incomplete, so that the next one starts on its own. */
async function openForAppending(path: string): Promise<{ handle: FileHandle; text: string }> {
  const handle = await open(path, 'a+');
  const bytes = await readFile(path);
  const whole = bytes.lastIndexOf(0x0a) + 1;
  if (whole < bytes.length) await handle.truncate(whole);
  return { handle, text: bytes.toString('utf8', 0, whole) };
}

async function appendDurably(handle: FileHandle, text: string): Promise<void> {
  await handle.appendFile(text);
  await handle.datasync();
}
