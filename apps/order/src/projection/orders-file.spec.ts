import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ordersCsvHeader } from './orders-csv.js';
import { OrdersFile } from './orders-file.js';

const rows = ['0,tux,1\n', '1,fox,2\n', '2,lego,3\n'];
const whole = ordersCsvHeader + rows.join('');

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'orders-file-'));
  path = join(folder, 'var', 'orders.csv');
});

afterEach(() => rm(folder, { recursive: true }));

async function follow(texts: readonly string[]): Promise<string> {
  const file = await OrdersFile.open(path);
  for (const text of texts) await file.follow(text);
  await file.close();
  return readFile(path, 'utf8');
}

describe('OrdersFile', () => {
  it('makes the file and its folder', async () => {
    expect(await follow([ordersCsvHeader, ...rows])).toBe(whole);
  });

  it('goes on where it stopped', async () => {
    await follow([ordersCsvHeader, ...rows.slice(0, 1)]);

    expect(await follow([ordersCsvHeader, ...rows])).toBe(whole);
  });

  it('repairs what a crash tore, also when the rest is longer than what is right', async () => {
    await follow([ordersCsvHeader]);
    await writeFile(path, `${ordersCsvHeader}${rows[0]}1,f${'x'.repeat(200)}\n`);

    expect(await follow([ordersCsvHeader, ...rows])).toBe(whole);
  });
});
