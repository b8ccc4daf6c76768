import { describe, expect, it } from '@jest/globals';
import type { Entry, LogIndex, Term } from '@quorumkit/raft';
import { AppliedState } from './applied-state.js';
import { encodeCommand } from './command-envelope.js';
import type { CommittedEntry } from './state-machine.js';

const minute = 60_000;
const noon = Date.UTC(2030, 0, 1, 12);

function newState() {
  const seen: CommittedEntry[] = [];
  const machine = {
    apply: (entry: CommittedEntry) => seen.push(entry),
    snapshot: () => seen.length,
    restore: () => undefined,
  };
  return { state: new AppliedState(machine, { resultsMax: 10, resultTtlMs: 10 * minute }), seen };
}

/** @param leadingMs by the clock of the leader of `term`, which has led for so long */
function entry(index: number, key: string | undefined, leadingMs: number, term = 1): Entry {
  const stamp = { wallMs: noon + leadingMs, term, leadingMs };
  return {
    index: index as LogIndex,
    term: term as Term,
    kind: 'command',
    data: encodeCommand({ stamp, key, commandJson: String(index) }),
  };
}

/** As on another member, which gets it from this one. */
function copyOf(state: AppliedState): ReturnType<typeof newState> {
  const copy = newState();
  copy.state.restore({ index: state.appliedIndex as LogIndex, term: 1 as Term, data: state.snapshot() });
  return copy;
}

describe('AppliedState', () => {
  it('shows the state machine a key once, however often it is in the log', () => {
    const { state, seen } = newState();
    const first = state.apply(entry(1, 'k', 0));

    const again = state.apply(entry(2, 'k', 1000));

    expect(first).toMatchObject({ kind: 'command', outcome: { kind: 'done', result: 1 } });
    expect(again).toEqual({ kind: 'replayed', index: 1, term: 1, outcome: { kind: 'done', result: 1 } });
    expect(seen.map(({ index }) => index)).toEqual([1]);
  });

  it('takes no entry twice and leaves none out', () => {
    const { state, seen } = newState();
    state.apply(entry(1, undefined, 0));

    expect(() => state.apply(entry(1, undefined, 0))).toThrow('entry 1 cannot follow entry 1');
    expect(() => state.apply(entry(3, undefined, 0))).toThrow('entry 3 cannot follow entry 1');
    expect([state.appliedIndex, seen.length]).toEqual([1, 1]);
  });

  it('goes on from a snapshot of the first format, which did not know for how long its leader had led', () => {
    const { state } = newState();
    state.apply(entry(1, 'k', minute));
    const { leadership: _, ...rest } = JSON.parse(state.snapshot().toString('utf8')) as Record<string, unknown>;
    const { state: later, seen } = newState();

    const data = Buffer.from(JSON.stringify({ ...rest, version: 1 }));
    later.restore({ index: 1 as LogIndex, term: 1 as Term, data });

    expect(later.apply(entry(2, 'k', 2 * minute))).toMatchObject({ kind: 'replayed', index: 1 });
    expect(later.apply(entry(3, 'new', 3 * minute))).toMatchObject({ kind: 'command' });
    expect(seen.map(({ index }) => index)).toEqual([3]);
    expect(seen[0]?.time).toBeGreaterThanOrEqual(noon + minute);
  });

  it('refuses a snapshot of a format that it does not know, and changes nothing', () => {
    const { state } = newState();
    state.apply(entry(1, 'k', 0));
    const data = Buffer.from(JSON.stringify({ version: 3 }));

    expect(() => state.restore({ index: 9 as LogIndex, term: 1 as Term, data })).toThrow(
      'a snapshot of format 3 cannot be read, only formats 1 and 2',
    );
    expect(state.appliedIndex).toBe(1);
  });

  it('goes on from a snapshot at the same log time, with the same keys, and forgets them when the others do', () => {
    const { state } = newState();
    state.apply(entry(1, 'k', 0));
    state.apply(entry(2, 'l', 4 * minute));
    const copy = copyOf(state).state;
    const times = [copy.logTime, state.logTime];

    const kinds = [entry(3, 'k', 9 * minute), entry(4, 'k', 10 * minute), entry(5, 'l', 13 * minute)].map((each) => [
      state.apply(each).kind,
      copy.apply(each).kind,
    ]);

    expect(times).toEqual([noon + 4 * minute, noon + 4 * minute]);
    expect(kinds).toEqual([
      ['replayed', 'replayed'],
      ['command', 'command'],
      ['replayed', 'replayed'],
    ]);
    expect(copy.logTime).toBe(state.logTime);
  });

  it('counts a leadership on from a snapshot, not from its beginning', () => {
    const { state } = newState();
    state.apply(entry(1, undefined, 0));
    state.apply(entry(2, undefined, 60 * minute, 2));
    const copy = copyOf(state).state;

    state.apply(entry(3, undefined, 61 * minute, 2));
    copy.apply(entry(3, undefined, 61 * minute, 2));

    expect(copy.logTime).toBe(state.logTime);
    expect(state.logTime - noon).toBeLessThan(65 * minute);
  });
});
