import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { orderMutants } from './mutants.js';
import { runOrderZoo } from './run-order-zoo.js';

const workspace = join(import.meta.dirname, '../../../../..');

/** Where the likely schedule does not catch it any more: a bounded search. */
const quick = { schedulesMax: 150, seed: 1, likelyFirst: true, points: false } as const;

describe('the zoo of order bugs', () => {
  it.each(orderMutants)('$name: its patches fit the compiled code', ({ patches }) => {
    for (const { file, find } of patches) {
      const source = readFileSync(join(workspace, file), 'utf8');

      expect({ file, find, places: source.split(find).length - 1 }).toEqual({ file, find, places: 1 });
    }
  });

  // Each begins with the schedule that caught it last, so that this takes a second or three for each.
  it.each(orderMutants)('$name: is caught', async ({ name }) => {
    for await (const { caught } of runOrderZoo({ ...quick, only: name })) {
      expect(caught?.detail).toMatch(/^at /);
    }
  });
});
