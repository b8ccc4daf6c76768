import { describe, expect, it } from '@jest/globals';
import { toReplicaId } from '../ids.js';
import { configurationEntry } from '../testing/driven-replica.js';
import { memberOf } from './configuration.js';
import { Membership } from './membership.js';

const nothing = { snapshot: undefined, entries: [] };
const initial = { members: [] };

/** Entry `index` of a group that is changed with every entry: its only member's name says by which. */
const change = (index: number): ReturnType<typeof configurationEntry> =>
  configurationEntry({ index, term: 1 }, [`m${index}`]);

function namesIn(membership: Membership, index: number): boolean {
  const configuration = membership.recordedAt(index);
  return configuration !== undefined && memberOf(configuration, toReplicaId(`m${index}`)) !== undefined;
}

describe('the configurations that a log holds', () => {
  it('are those since the last compacted entry, however often the group was changed before', () => {
    const membership = new Membership(initial, nothing);

    for (let index = 1; index <= 1000; index += 1) {
      membership.appended([change(index)]);
      membership.compactedThrough(index - 2);
    }

    expect(membership.possibleAfter(0)).toHaveLength(3);
    for (const index of [998, 999, 1000]) expect(namesIn(membership, index)).toBe(true);
  });

  it('keep the one in force at the last compacted entry, which a later cut takes them back to', () => {
    const membership = new Membership(initial, nothing);
    membership.appended([change(3), change(7)]);

    membership.compactedThrough(5);
    membership.truncatedFrom(7);

    expect(membership.index).toBe(3);
    expect(namesIn(membership, 3)).toBe(true);
  });

  it('begin with the one that the snapshot carries; what stood before it is gone', () => {
    const membership = new Membership(initial, nothing);
    membership.appended([change(3), change(7), change(9)]);
    const snapshot = { index: change(7).index, term: change(7).term, data: new Uint8Array(0), configuration: initial };

    membership.installed(snapshot, { keptSuffix: true });

    expect(membership.possibleAfter(0)).toHaveLength(2);
    expect(membership.index).toBe(9);
    expect(membership.recordedAt(8)).toBe(initial);
  });
});
