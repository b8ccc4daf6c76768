import { describe, expect, it } from '@jest/globals';

import { parseDto } from '../validation/parse-dto.js';

import { type Fault, parseFault } from './fault.js';
import { FaultOrder } from './fault-order.js';

const read = (json: object): ReturnType<typeof parseFault> => {
  const parsed = parseDto(FaultOrder, json);
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.problems));
  return parseFault(parsed.value);
};

describe('parseFault', () => {
  it.each<Fault>([
    { kind: 'kill', at: 'before-send', hit: 3 },
    { kind: 'block', ms: 5_000 },
    { kind: 'lose-unsynced' },
    { kind: 'disk-full', bytes: 4_096 },
    { kind: 'sync-error' },
    { kind: 'slow-sync', ms: 200 },
  ])('reads what a client sends: %j', (fault) => {
    expect(read(fault)).toEqual(fault);
  });

  it('means the first passage, and a disk that is full at once, when nothing is said', () => {
    expect(read({ kind: 'kill', at: 'after-reply' })).toEqual({ kind: 'kill', at: 'after-reply', hit: 1 });
    expect(read({ kind: 'disk-full' })).toEqual({ kind: 'disk-full', bytes: 0 });
  });

  it.each([
    [{ kind: 'kill' }, /needs the point.*before-commit/],
    [{ kind: 'block' }, /needs ms/],
    [{ kind: 'slow-sync' }, /needs ms/],
    [{ kind: 'disk-full', ms: 5 }, /takes no ms/],
    [{ kind: 'sync-error', at: 'after-reply', hit: 1 }, /takes no at and no hit/],
  ])('refuses %j and says why', (json, why) => {
    expect(read(json)).toEqual({ kind: 'refused', why: expect.stringMatching(why) });
  });
});
