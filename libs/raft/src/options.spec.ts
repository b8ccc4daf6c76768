import { describe, expect, it } from '@jest/globals';
import { toReplicaId } from './ids.js';
import { parseRaftOptions, RaftOptionsError, type RaftOptionsInput } from './options.js';

const valid: RaftOptionsInput = {
  id: toReplicaId('a'),
  voters: [
    { id: toReplicaId('a'), priority: 1 },
    { id: toReplicaId('b'), priority: 2 },
  ],
  seed: 1,
};

function problemsOf(change: Partial<RaftOptionsInput>): readonly string[] {
  try {
    parseRaftOptions({ ...valid, ...change });
    return [];
  } catch (error) {
    if (error instanceof RaftOptionsError) return error.problems;
    throw error;
  }
}

describe('parseRaftOptions', () => {
  it('fills in the defaults and freezes everything', () => {
    const options = parseRaftOptions({ ...valid, heartbeatIntervalMs: undefined });

    expect(options).toMatchObject({
      heartbeatIntervalMs: 100,
      electionTimeoutMinMs: 500,
      electionTimeoutMaxMs: 1000,
      maxInflightBatches: 2,
    });
    expect(Object.isFrozen(options) && Object.isFrozen(options.voters) && Object.isFrozen(options.voters[0])).toBe(
      true,
    );
  });

  it.each([
    ['no voters', { voters: [] }, /at least this replica/],
    ['a group without this replica', { id: toReplicaId('z') }, /must include this replica/],
    ['a replica that is joining and there already', { joining: true }, /a replica that is joining \(a\)/],
    [
      'a context of any length',
      { voters: [{ id: toReplicaId('a'), priority: 1, context: 'x'.repeat(1025) }] },
      /context of a/,
    ],
    ['a voter twice', { voters: [...valid.voters, ...valid.voters] }, /unique, repeated: a, b/],
    ['a negative priority', { voters: [{ id: toReplicaId('a'), priority: -1 }] }, /priority of a/],
    ['a heartbeat as long as the timeout', { heartbeatIntervalMs: 500 }, /two heartbeats/],
    ['a timeout without room for chance', { electionTimeoutMaxMs: 500 }, /1.2 ×/],
    ['a fraction of entries', { maxBatchEntries: 1.5 }, /maxBatchEntries must be an integer/],
    ['no seed', { seed: Number.NaN }, /seed must be an integer/],
  ])('refuses %s', (_name, change, problem) => {
    expect(problemsOf(change).join('; ')).toMatch(problem);
  });

  it('takes a replica that joins a group of others', () => {
    const options = parseRaftOptions({ ...valid, id: toReplicaId('z'), joining: true });

    expect(options).toMatchObject({ id: 'z', joining: true, voters: [{ id: 'a' }, { id: 'b' }] });
  });

  it('lists all problems at once', () => {
    expect(problemsOf({ maxBatchBytes: 0, maxInflightBatches: 0, commitNoticeDelayMs: 101 })).toHaveLength(3);
  });
});
