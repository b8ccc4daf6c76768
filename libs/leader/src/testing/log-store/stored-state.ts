import assert from 'node:assert/strict';
import type {
  Configuration,
  Entry,
  HardState,
  LogIndex,
  PersistBatch,
  ReplicaId,
  Snapshot,
  StoredState,
  Term,
} from '@quorumkit/raft';

export function members(...ids: readonly string[]): Configuration {
  const all = ids.map((id) => ({
    id: id as ReplicaId,
    kind: 'voter' as const,
    priority: 3,
    storeId: 0,
    context: `http://${id}`,
  }));
  return { members: all };
}

/** A persist batch with the parts that matter to a test. */
export function batch(parts: {
  readonly hardState?: HardState;
  readonly truncateFrom?: number;
  readonly entries?: readonly Entry[];
  readonly snapshot?: Snapshot;
}): PersistBatch {
  return {
    sequence: 0,
    hardState: parts.hardState,
    truncateFrom: parts.truncateFrom as LogIndex | undefined,
    entries: parts.entries ?? [],
    snapshot: parts.snapshot,
  };
}

export function vote(term: number, votedFor: string | undefined): HardState {
  return { term: term as Term, votedFor: votedFor as ReplicaId | undefined };
}

/** Commands from one index through another, of one term; each one's data tells its index and term. */
export function run(first: number, last: number, term: number): Entry[] {
  return range(first, last).map((index) => ({
    index: index as LogIndex,
    term: term as Term,
    kind: 'command' as const,
    data: new TextEncoder().encode(`command ${index} of term ${term}`),
  }));
}

export function snapshot(index: number, term: number): Snapshot {
  const data = new TextEncoder().encode(`everything through ${index} of term ${term}`);
  return { index: index as LogIndex, term: term as Term, data };
}

export function assertState(
  state: StoredState,
  expected: { term?: number; votedFor?: string | undefined; entries: readonly Entry[]; snapshot?: Snapshot },
): void {
  if ('term' in expected) assert.equal(state.hardState.term, expected.term);
  if ('votedFor' in expected) assert.equal(state.hardState.votedFor, expected.votedFor);
  assert.deepEqual(state.entries.map(plain), expected.entries.map(plain));
  assert.deepEqual(state.snapshot && plain(state.snapshot), expected.snapshot && plain(expected.snapshot));
}

/** With the data as text, because two views of equal bytes need not be of one class. */
export function plain<T extends { readonly data: Uint8Array }>(value: T): Omit<T, 'data'> & { data: string } {
  return { ...value, data: Buffer.from(value.data).toString('latin1') };
}

export function range(first: number, last: number): number[] {
  return Array.from({ length: last - first + 1 }, (_, offset) => first + offset);
}

/** One turn of the event loop: what was ready has run. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
