import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FileOrderRecords } from './file-order-records.js';
import { MemoryOrderRecords, type OrderRecords } from './order-records.js';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'client-records-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const store = 'http://127.0.0.1:8080';
const openFiles = (at = store): Promise<FileOrderRecords> =>
  FileOrderRecords.open({ folder, client: 'client-1', store: at });
const csv = (): string => readFileSync(join(folder, 'client-1.csv'), 'utf8');
const first = { key: 'k1', name: 'tux', quantity: 3 };
const second = { key: 'k2', name: 'lego', quantity: 1 };

describe.each<[string, () => Promise<OrderRecords>]>([
  ['files', openFiles],
  ['memory', () => Promise.resolve(new MemoryOrderRecords())],
])('order records in %s', (_, open) => {
  it('hold an attempt pending until it is acknowledged or given up', async () => {
    const records = await open();
    await records.intend(first);
    await records.intend(second);
    expect(records.pending()).toEqual([first, second]);

    await records.acknowledge({ ...first, number: 7 });
    await records.giveUp('k2');

    expect(records.pending()).toEqual([]);
    expect(records.acknowledged()).toEqual([{ ...first, number: 7 }]);
    await records.close();
  });
});

describe('FileOrderRecords', () => {
  it('appends an order to the CSV as soon as it is acknowledged', async () => {
    const records = await openFiles();
    await records.intend(first);

    await records.acknowledge({ ...first, number: 7 });

    expect(csv()).toBe('number,name,quantity,key\n7,tux,3,k1\n');
    await records.close();
  });

  it('finds after a crash what was sent and not answered, and what was acknowledged', async () => {
    const crashed = await openFiles();
    await crashed.intend(first);
    await crashed.acknowledge({ ...first, number: 7 });
    await crashed.intend(second);
    await crashed.close();

    const records = await openFiles();

    expect(records.pending()).toEqual([second]);
    expect(records.acknowledged()).toEqual([{ ...first, number: 7 }]);
    await records.close();
  });

  it('takes an order that is in the CSV for settled although the journal is open', async () => {
    const crashed = await openFiles();
    await crashed.intend(first);
    await crashed.close();
    appendFileSync(join(folder, 'client-1.csv'), '7,tux,3,k1\n');

    const records = await openFiles();

    expect(records.pending()).toEqual([]);
    expect(records.acknowledged()).toHaveLength(1);
    await records.close();
  });

  it('cuts off lines that a crash left incomplete', async () => {
    writeFileSync(join(folder, 'client-1.csv'), 'number,name,quantity,key\n0,tux,1,k0\n1,le');
    writeFileSync(
      join(folder, 'client-1.journal'),
      `${JSON.stringify({ kind: 'intended', store, ...first })}\n{"kind":"int`,
    );

    const records = await openFiles();
    await records.acknowledge({ ...first, number: 1 });

    expect(records.pending()).toEqual([]);
    expect(csv()).toBe('number,name,quantity,key\n0,tux,1,k0\n1,tux,3,k1\n');
    await records.close();
  });

  it('does not send to one store what was meant for another', async () => {
    const other = await openFiles('http://127.0.0.1:9000');
    await other.intend(first);
    await other.close();

    const records = await openFiles();

    expect(records.pending()).toEqual([]);
    await records.close();
  });
});
