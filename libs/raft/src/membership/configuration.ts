import type { ReplicaId } from '../ids.js';
import { invariant } from '../invariant.js';
import type { RaftOptions } from '../options.js';

/**
 * - `voter`: votes, and its disk counts for commitment.
 * - `learner`: receives the log. Counts for nothing: commitment, CheckQuorum, reads, hand-over, nomination.
 * - `returning`: a learner that was a voter until it lost its store; the leader promotes it when it has caught up.
 */
export type MemberKind = 'voter' | 'learner' | 'returning';

export interface Member {
  readonly id: ReplicaId;
  readonly kind: MemberKind;
  /** 0 to 1000, as in `VoterOptions`. */
  readonly priority: number;
  /** Which of its stores is the member: see `StoredState.storeId`. */
  readonly storeId: number;
  /** What the driver wants to know about it (its address, say). Opaque to the core; at most 1024 characters. */
  readonly context: string;
}

/** Who belongs to the group. Plain data, ordered by id; the same value wherever the same log entry is. */
export interface Configuration {
  readonly members: readonly Member[];
}

/** One step from a configuration to the next; the rules are in `change-membership.ts`. */
export type MembershipChange =
  | {
      readonly kind: 'addLearner';
      readonly member: ReplicaId;
      readonly priority: number;
      readonly context: string;
    }
  | { readonly kind: 'promote'; readonly member: ReplicaId }
  /** A voter becomes a learner. */
  | { readonly kind: 'demote'; readonly member: ReplicaId }
  | { readonly kind: 'remove'; readonly member: ReplicaId };

export const contextLengthMax = 1024;
export const votersMax = 15;
export const membersMax = 31;

/** What the group consists of as long as its log says nothing else. */
export function initialConfiguration({ voters }: Pick<RaftOptions, 'voters'>): Configuration {
  return configurationOf(
    voters.map(({ id, priority, context }) => ({ id, kind: 'voter', priority, storeId: 0, context: context ?? '' })),
  );
}

export function configurationOf(members: readonly Member[]): Configuration {
  return Object.freeze({ members: Object.freeze([...members].sort((left, right) => (left.id < right.id ? -1 : 1))) });
}

export function memberOf(configuration: Configuration, id: ReplicaId): Member | undefined {
  return configuration.members.find((member) => member.id === id);
}

export function votersOf(configuration: Configuration): readonly Member[] {
  return configuration.members.filter((member) => member.kind === 'voter');
}

/** JSON in ASCII, so that a dump of a log can be read. The inverse of `decodeConfiguration`. */
export function encodeConfiguration({ members }: Configuration): Uint8Array {
  const plain = members.map(({ id, kind, priority, storeId, context }) => ({ id, kind, priority, storeId, context }));
  const text = JSON.stringify({ members: plain }).replaceAll(
    /[^ -~]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** @throws InvariantViolation when the bytes are none that `encodeConfiguration` wrote. */
export function decodeConfiguration(bytes: Uint8Array): Configuration {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  const decoded = parseJson(text);
  invariant(isConfiguration(decoded), () => `a membership entry holds a configuration, got ${text.slice(0, 200)}`);
  return configurationOf(decoded.members);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isConfiguration(value: unknown): value is Configuration {
  if (typeof value !== 'object' || value === null) return false;
  const { members } = value as { readonly members?: unknown };
  return Array.isArray(members) && members.every(isMember);
}

function isMember(value: unknown): value is Member {
  if (typeof value !== 'object' || value === null) return false;
  const { id, kind, priority, storeId, context } = value as Partial<Member>;
  return (
    typeof id === 'string' &&
    (kind === 'voter' || kind === 'learner' || kind === 'returning') &&
    Number.isSafeInteger(priority) &&
    Number.isSafeInteger(storeId) &&
    typeof context === 'string'
  );
}
