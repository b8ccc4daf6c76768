import { describe, expect, it } from '@jest/globals';

import { wholeCollection } from './cache-key.js';
import { emptyFloors, floorOf, raiseFloor, raiseGlobalFloor } from './floors.js';

const at = (sequence: number, epoch = 1) => ({ epoch, sequence });

describe('floors', () => {
  it('rise, and stay where they are for a late or repeated invalidation', () => {
    const floors = emptyFloors(10);

    expect([
      raiseFloor(floors, 'p/a', at(9)),
      raiseFloor(floors, 'p/a', at(8)),
      raiseFloor(floors, 'p/a', at(9)),
    ]).toEqual([true, false, false]);
    expect(floorOf(floors, 'p/a')).toEqual(at(9));
    expect(floorOf(floors, 'p/b')).toEqual(at(0, 0));
  });

  it('compare the epoch first', () => {
    const floors = emptyFloors(10);
    raiseFloor(floors, 'p/a', at(1, 2));

    expect(raiseFloor(floors, 'p/a', at(100, 1))).toBe(false);
    expect(floorOf(floors, 'p/a')).toEqual(at(1, 2));
  });

  it('of a collection hold for each of its keys and for no other', () => {
    const floors = emptyFloors(10);
    raiseFloor(floors, wholeCollection('p'), at(5));

    expect([floorOf(floors, 'p/a'), floorOf(floors, 'q/a')]).toEqual([at(5), at(0, 0)]);
  });

  it('merge into the floor of all keys when there are too many, the one raised longest ago first', () => {
    const floors = emptyFloors(2);
    raiseFloor(floors, 'p/a', at(3));
    raiseFloor(floors, 'p/b', at(4));
    raiseFloor(floors, 'p/a', at(5));
    raiseFloor(floors, 'p/c', at(6));

    expect([...floors.byKey.keys()]).toEqual(['p/a', 'p/c']);
    expect(floorOf(floors, 'p/b')).toEqual(at(4));
    expect(floorOf(floors, 'p/never-seen')).toEqual(at(4));
  });

  it('of all keys never fall', () => {
    const floors = emptyFloors(2);
    raiseGlobalFloor(floors, at(7));
    raiseGlobalFloor(floors, at(0, 1));

    expect(floors.global).toEqual(at(7));
  });
});
