import { describe, expect, it } from '@jest/globals';
import type { LogIndex, ReplicaId, Term } from '@quorumkit/raft';
import type { LogMark } from '../format/segment-header.js';
import { run } from '../../testing/log-store/stored-state.js';
import { LogReplay } from './log-replay.js';

const begin: LogMark = {
  hardState: { term: 3 as Term, votedFor: 'a' as ReplicaId },
  snapshot: undefined,
  lastIndex: 0,
};

/** A log of two entries in one segment; the next segment has to begin with what that amounts to. */
function twoEntries(): LogReplay {
  const replay = new LogReplay(begin);
  for (const entry of run(1, 2, 3)) replay.entry(entry);
  return replay;
}

describe('LogReplay', () => {
  it('goes on where the segment before ended', () => {
    const replay = twoEntries();

    replay.checkMark({ ...begin, lastIndex: 2 });

    expect(replay.finish().entries).toHaveLength(2);
  });

  it.each<[string, LogMark]>([
    ['of a longer log', { ...begin, lastIndex: 3 }],
    ['of a shorter log', { ...begin, lastIndex: 1 }],
    ['of another term', { ...begin, hardState: { ...begin.hardState, term: 4 as Term }, lastIndex: 2 }],
    ['of another vote', { ...begin, hardState: { ...begin.hardState, votedFor: 'b' as ReplicaId }, lastIndex: 2 }],
    ['of another store', { ...begin, lastIndex: 2, storeId: 9 }],
  ])('refuses a segment %s', (_, mark) => {
    expect(() => twoEntries().checkMark(mark)).toThrow(/it follows a log that ends at index/);
  });

  it.each<[string, (replay: LogReplay) => void, RegExp]>([
    ['a gap', (replay) => run(4, 4, 3).forEach((entry) => replay.entry(entry)), /entry 4 follows entry 2/],
    ['a term that goes back', (replay) => replay.hardState({ ...begin.hardState, term: 2 as Term }), /from 3 to 2/],
    ['a cut behind the end', (replay) => replay.truncate(4 as LogIndex), /entries from 4 are cut/],
  ])('refuses %s', (_, replayed, why) => {
    expect(() => replayed(twoEntries())).toThrow(why);
  });
});
