import { describe, expect, it } from '@jest/globals';
import { InvalidOptionsError } from '../errors/leader-errors.js';
import type { GroupOptions } from './group-options.js';
import { parseGroupOptions } from './parse-group-options.js';
import { raft } from './raft-engine.js';

const good: GroupOptions = {
  name: 'orders',
  nodeId: 'a',
  members: [
    { id: 'a', url: 'http://127.0.0.1:8091/', priority: 1 },
    { id: 'b', url: 'http://127.0.0.1:8092', priority: 2 },
  ],
  dataDir: '/var/lib/orders',
  auth: 'none',
};

function problemsOf(options: GroupOptions): readonly string[] {
  try {
    parseGroupOptions(options, 1);
    return [];
  } catch (error) {
    return (error as InvalidOptionsError).problems;
  }
}

describe('parseGroupOptions', () => {
  it('fills in the documented defaults', () => {
    const config = parseGroupOptions(good, 7);

    expect(config.raft).toMatchObject({
      heartbeatIntervalMs: 100,
      electionTimeoutMinMs: 500,
      electionTimeoutMaxMs: 1000,
      seed: 7,
    });
    expect(config.limits).toMatchObject({ proposalsMax: 16384, deadlineMs: 5000, resultTtlMs: 90_000_000 });
    expect(config.self.url).toBe('http://127.0.0.1:8091');
    expect(Object.isFrozen(config)).toBe(true);
  });

  it('lists every problem at once', () => {
    const bad = {
      ...good,
      name: 'or ders',
      nodeId: 'z',
      dataDir: '',
      members: [{ id: 'a;b', url: 'ftp://x', priority: -1 }],
      heartbeatIntervalMs: 5,
      limits: { proposalsMax: 0 },
    };

    const problems = problemsOf(bad);

    expect(problems).toEqual([
      expect.stringContaining('name:'),
      expect.stringContaining('members[0].id:'),
      expect.stringContaining('members[0].priority:'),
      expect.stringContaining('members[0].url:'),
      expect.stringContaining('dataDir:'),
      expect.stringContaining('heartbeatIntervalMs:'),
      expect.stringContaining('limits.proposalsMax:'),
      expect.stringContaining('nodeId:'),
    ]);
  });

  const refused: [string, Partial<GroupOptions>, RegExp][] = [
    [
      'an election timeout that one late heartbeat exceeds',
      { heartbeatIntervalMs: 200 },
      /at least 3 × heartbeatIntervalMs \(600\), got 500/,
    ],
    ['a maximum below the minimum', { electionTimeoutMs: [900, 800] }, /maximum \(800\) is below the minimum \(900\)/],
    [
      'two members of one id',
      { members: [...good.members, { id: 'a', url: 'http://c', priority: 1 }] },
      /a is used twice/,
    ],
    [
      'two members at one address',
      { members: [...good.members, { id: 'c', url: 'http://127.0.0.1:8092', priority: 1 }] },
      /8092 is used twice/,
    ],
    ['a URL with a path', { members: [{ id: 'a', url: 'http://x/base', priority: 1 }] }, /only scheme, host and port/],
    [
      'a URL with a password',
      { members: [{ id: 'a', url: 'http://me:secret@x', priority: 1 }] },
      /only scheme, host and port/,
    ],
    ['no members', { members: [], nodeId: 'a' }, /1 to 9 are possible, got 0/],
    ['tuning that the engine refuses', { engine: raft({ maxInflightBatches: 0 }) }, /engine: .*maxInflightBatches/],
  ];
  it.each(refused)('refuses %s', (_, change, why) => {
    expect(problemsOf({ ...good, ...change }).join('\n')).toMatch(why);
  });
});
