import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { orderMutants } from './mutants.js';
import { runOrderZoo } from './run-order-zoo.js';

const workspace = join(import.meta.dirname, '../../../../..');

/** Cheap ones, of each part of the protocol; `npm run simulate -- order-zoo` runs all. */
const caughtSoon = [
  'no settled watermark',
  'debit not idempotent',
  'no term check at the catalog',
  'intent not deduplicated by key',
  'retry with a new key',
  'answered before the outcome is committed',
];

describe('the zoo of order bugs', () => {
  it.each(orderMutants)('$name: its patches fit the compiled code', ({ patches }) => {
    for (const { file, find } of patches) {
      const source = readFileSync(join(workspace, file), 'utf8');

      expect({ file, find, places: source.split(find).length - 1 }).toEqual({ file, find, places: 1 });
    }
  });

  it.each(caughtSoon)('%s: is caught', async (name) => {
    for await (const fate of runOrderZoo({ schedulesMax: 100, seed: 1, only: name })) {
      expect(fate.caught?.detail).toMatch(/^at /);
    }
  });
});
