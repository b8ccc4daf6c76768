import type { ReplicaId, StoredState, Term } from '@quorumkit/raft';
import type { GroupMember } from '../membership/membership.js';
import type { LogStore } from '../log-store/log-store.js';
import type { Clock } from './clock.js';

/** What another member says about its own log. */
export interface PeerStanding {
  /**
   * `some`: it has a log, or knows that the group has one. `none`: it has none and knows of none. `unknown`: it has not
   * opened its store yet, or has closed it.
   */
  readonly history: 'unknown' | 'none' | 'some';
  readonly term: number;
}

/** Asks a member for its standing. Rejects when there is no usable answer. */
export type AskStanding = (member: GroupMember) => Promise<PeerStanding>;

export interface FirstStartSettings {
  /** All other members that this one was told of. */
  readonly others: readonly GroupMember[];
  readonly clock: Clock;
  readonly ask: AskStanding;
  /** The replica was stopped: nobody waits for the decision any more. */
  readonly isStopped: () => boolean;
  /** Told when it has to wait, once for each set of silent members. */
  readonly waiting: (silent: readonly string[]) => void;
}

/** Why an empty store is empty, as the others tell. */
export type FirstStart =
  /** Every other member has an empty log as well: nothing was ever committed. */
  | { readonly kind: 'newGroup'; readonly term: Term }
  /** `witness` has a log, so this member's store was lost, or it comes late. */
  | { readonly kind: 'lostStore'; readonly witness: string }
  | { readonly kind: 'stopped' };

const roundPauseMs = { first: 25, longest: 500 };

/** Nothing was ever stored, not even a vote. */
export function isEmptyStore({ hardState, snapshot, entries, storeId }: StoredState): boolean {
  return hardState.term === 0 && snapshot === undefined && entries.length === 0 && storeId === undefined;
}

/**
 * An empty store looks the same on the first day of a group and on the day after a disk was replaced; taken for the
 * former, the replica would give a second vote in a term, or help to elect a leader that lacks what was committed. It
 * cannot know by itself, so it asks: **one** other member with a log proves that the group exists; only **all** others
 * without one prove that it does not. A member that does not answer may be the one that has everything, so the
 * replica waits for it, neither voting nor campaigning.
 *
 * Answers of one round are put together, those of different rounds never: a member that was empty a second ago may
 * have been elected since.
 */
export async function decideFirstStart(settings: FirstStartSettings): Promise<FirstStart> {
  const { others, clock, ask, isStopped, waiting } = settings;
  let told = '';
  for (let pauseMs = roundPauseMs.first; ; pauseMs = Math.min(pauseMs * 2, roundPauseMs.longest)) {
    const standings = await Promise.all(
      others.map((member) => ask(member).catch((): PeerStanding => ({ history: 'unknown', term: 0 }))),
    );
    if (isStopped()) return { kind: 'stopped' };
    const witness = others.find((_, position) => standings[position]?.history === 'some');
    if (witness !== undefined) return { kind: 'lostStore', witness: witness.id };
    const silent = others.filter((_, position) => standings[position]?.history !== 'none').map(({ id }) => id);
    if (silent.length === 0)
      return { kind: 'newGroup', term: Math.max(0, ...standings.map(({ term }) => term)) as Term };
    if (told !== silent.join()) waiting(silent);
    told = silent.join();
    await new Promise<void>((resolve) => clock.setTimer(clock.now() + pauseMs, resolve));
  }
}

/**
 * Prepares the empty store for what was found. A lost store gets an id of its own: to the group this is then another
 * server under the same name, which votes only when it has everything again.
 *
 * In a new group an election may already be under way: a candidate in term 1, whose log is still empty. An earlier
 * store of this member could have voted in it, so this one counts its vote of that term as given, to itself.
 */
export async function prepareEmptyStore(
  store: LogStore,
  stored: StoredState,
  found: Exclude<FirstStart, { kind: 'stopped' }>,
  self: ReplicaId,
): Promise<StoredState> {
  if (found.kind === 'lostStore') {
    const storeId = await store.identify();
    return { ...stored, storeId };
  }
  if (found.term === 0) return stored;
  const hardState = { term: found.term, votedFor: self };
  await store.append({ sequence: 0, hardState, truncateFrom: undefined, entries: [], snapshot: undefined });
  return { ...stored, hardState };
}
