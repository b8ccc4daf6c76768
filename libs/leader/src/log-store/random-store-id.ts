import { randomInt } from 'node:crypto';

const idMax = 2 ** 48 - 1;

/**
 * The id of a store that takes another one's place (`StoredState.storeId`). Drawn, not counted: whoever lost its store has
 * forgotten how many there were, and clocks are put back. Two of 1000 are equal once in half a billion times.
 */
export function randomStoreId(): number {
  return randomInt(1, idMax);
}
