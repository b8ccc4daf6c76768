import { stringify } from 'csv-stringify/sync';
import type { AcknowledgedOrder } from './order-records.js';

export const orderCsvHeader = 'number,name,quantity,key\n';

export function formatOrderRow({ number, name, quantity, key }: AcknowledgedOrder): string {
  return stringify([[number, name, quantity, key]]);
}

/** Reads what {@link formatOrderRow} wrote below the header. Product names hold neither commas nor quotes; keys are made here. */
export function parseOrderRows(csv: string): readonly AcknowledgedOrder[] {
  const [, ...rows] = csv.split('\n');
  return rows.flatMap((row) => {
    const [number, name, quantity, key] = row.split(',');
    if (number === undefined || name === undefined || quantity === undefined || key === undefined) return [];
    return [{ number: Number(number), name, quantity: Number(quantity), key }];
  });
}
