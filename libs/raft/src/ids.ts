import { invariant } from './invariant.js';

declare const brand: unique symbol;

/** A Raft term: a non-negative integer that only rises. 0 means "before the first election". */
export type Term = number & { readonly [brand]: 'Term' };

/** A 1-based log position. 0 stands before the first entry. */
export type LogIndex = number & { readonly [brand]: 'LogIndex' };

/** The configured name of one member of a group; stable across restarts. */
export type ReplicaId = string & { readonly [brand]: 'ReplicaId' };

export function toTerm(value: number): Term {
  invariant(Number.isSafeInteger(value) && value >= 0, () => `a term is a non-negative integer, got ${value}`);
  return value as Term;
}

export function toLogIndex(value: number): LogIndex {
  invariant(Number.isSafeInteger(value) && value >= 0, () => `a log index is a non-negative integer, got ${value}`);
  return value as LogIndex;
}

export function toReplicaId(value: string): ReplicaId {
  invariant(value.length > 0 && value.length <= 128, () => `a replica id has 1 to 128 characters, got ${value.length}`);
  return value as ReplicaId;
}
