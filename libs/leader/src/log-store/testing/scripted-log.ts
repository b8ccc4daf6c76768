import type { Entry, HardState, LogIndex, PersistBatch, ReplicaId, Snapshot, StoredState, Term } from '@quorumkit/raft';

/** The simplest thing that a log store can be compared with: a batch applied to an immutable state. */
export function afterBatch(state: StoredState, batch: PersistBatch): StoredState {
  let entries = state.entries.filter(({ index }) => batch.truncateFrom === undefined || index < batch.truncateFrom);
  const snapshot = batch.snapshot;
  if (snapshot !== undefined) {
    const agrees = entries.some(({ index, term }) => index === snapshot.index && term === snapshot.term);
    entries = agrees ? entries.filter(({ index }) => index > snapshot.index) : [];
  }
  return {
    hardState: batch.hardState ?? state.hardState,
    snapshot: snapshot ?? state.snapshot,
    entries: [...entries, ...batch.entries],
  };
}

export const emptyState: StoredState = {
  hardState: { term: 0 as Term, votedFor: undefined },
  snapshot: undefined,
  entries: [],
};

/** Two states are equal when their texts are; short enough to read in a failed test. */
export function describeState({ hardState, snapshot, entries }: StoredState): string {
  const text = (data: Uint8Array): string => Buffer.from(data).toString('latin1').slice(0, 12);
  const log = entries.map(
    ({ index, term, kind, data }) => `${index}:${term}:${kind[0]}:${data.byteLength}:${text(data)}`,
  );
  const base = snapshot === undefined ? '' : `snapshot ${snapshot.index}:${snapshot.term}:${text(snapshot.data)} `;
  return `term ${hardState.term} vote ${hardState.votedFor ?? '-'} ${base}[${log.join(' ')}]`;
}

/** A history that does everything a replica does to its log: votes, appends, cuts suffixes, takes and installs snapshots. */
export function scriptedBatches(random: () => number, count: number): PersistBatch[] {
  const batches: PersistBatch[] = [];
  let state = emptyState;
  const upTo = (limit: number): number => Math.floor(random() * limit);
  for (let sequence = 1; sequence <= count; sequence++) {
    const start = (state.snapshot?.index ?? 0) + 1;
    const last = state.entries.at(-1)?.index ?? start - 1;
    const term = state.hardState.term;
    const batch: Draft = { sequence, hardState: undefined, truncateFrom: undefined, entries: [], snapshot: undefined };
    const choice = random();
    if (choice < 0.6) {
      batch.entries = someEntries(last + 1, 1 + upTo(4), term, random);
    } else if (choice < 0.75) {
      batch.hardState = vote(term + 1, upTo(3));
      const from = start + upTo(last - start + 2);
      if (from <= last) batch.truncateFrom = from as LogIndex;
      batch.entries = someEntries(Math.min(from, last + 1), upTo(4), term + 1, random);
    } else if (choice < 0.9 && state.entries.length > 0) {
      const { index, term: at } = state.entries[upTo(state.entries.length)]!;
      batch.snapshot = snapshotAt(index, at, random);
    } else if (choice < 0.95) {
      batch.hardState = vote(term + 1, upTo(3));
      const index = start + upTo(last - start + 6);
      batch.snapshot = snapshotAt(index, term + 1, random);
      batch.entries = someEntries(index + 1, upTo(3), term + 1, random);
    } else {
      batch.hardState = vote(term + 1, upTo(3));
    }
    batches.push(batch);
    state = afterBatch(state, batch);
  }
  return batches;
}

type Draft = { -readonly [K in keyof PersistBatch]: PersistBatch[K] };

function someEntries(from: number, count: number, term: number, random: () => number): Entry[] {
  return Array.from({ length: count }, (_, at) => ({
    index: (from + at) as LogIndex,
    term: term as Term,
    kind: (['command', 'noop', 'membership'] as const)[Math.floor(random() * 3)]!,
    data: Buffer.from(`${term}/${from + at}`.padEnd(Math.floor(random() * 60), '.')),
  }));
}

function snapshotAt(index: number, term: number, random: () => number): Snapshot {
  const data = Buffer.from(`s${index}`.padEnd(Math.floor(random() * 200), '.'));
  return { index: index as LogIndex, term: term as Term, data };
}

function vote(term: number, candidate: number): HardState {
  const votedFor = candidate === 0 ? undefined : (`replica-${candidate}` as ReplicaId);
  return { term: term as Term, votedFor };
}
