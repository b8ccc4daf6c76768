import type { StoredState } from '@quorumkit/raft';
import type { GroupConfig } from '../group/parse-group-options.js';
import type { GroupMember } from '../membership/membership.js';
import { type FirstStart, decideFirstStart, isEmptyStore, prepareEmptyStore } from './first-start.js';
import type { ReplicaObserver } from './replica-observer.js';
import type { ReplicaPorts } from './replica-ports.js';

/** How a member begins with what its store held. */
export type Opening =
  | { readonly kind: 'ready'; readonly stored: StoredState }
  /** It must ask the others first, who may be waiting for this one to listen. Undefined: it was stopped meanwhile. */
  | { readonly kind: 'asking'; readonly prepared: Promise<StoredState | undefined> };

export interface OpeningMember {
  readonly config: GroupConfig;
  readonly ports: ReplicaPorts;
  readonly observer: ReplicaObserver;
  readonly others: readonly GroupMember[];
  readonly isStopped: () => boolean;
}

/** Whoever has a log begins with it; an empty store may be the first of its group, or one that was lost. */
export async function openingOf(stored: StoredState, member: OpeningMember): Promise<Opening> {
  const { config, ports, others } = member;
  if (!isEmptyStore(stored) || others.length === 0) return { kind: 'ready', stored };
  if (config.isJoining) {
    return { kind: 'ready', stored: await prepared(stored, { kind: 'lostStore', witness: 'its group' }, member) };
  }
  if (ports.ask === undefined || config.firstStart === 'assumeNew') return { kind: 'ready', stored };
  return { kind: 'asking', prepared: askFirst(stored, { ...member, ask: ports.ask }) };
}

async function askFirst(
  stored: StoredState,
  member: OpeningMember & { readonly ask: NonNullable<ReplicaPorts['ask']> },
): Promise<StoredState | undefined> {
  const { ports, observer, others, isStopped, ask } = member;
  const found = await decideFirstStart({
    others,
    clock: ports.clock,
    ask,
    isStopped,
    waiting: (silent) => observer.waitingForMembers?.(silent),
  });
  if (found.kind === 'stopped') return undefined;
  const begin = await prepared(stored, found, member);
  return isStopped() ? undefined : begin;
}

async function prepared(
  stored: StoredState,
  found: Exclude<FirstStart, { kind: 'stopped' }>,
  { config, ports, observer }: OpeningMember,
): Promise<StoredState> {
  if (found.kind === 'lostStore' && !config.isJoining) {
    observer.storeLost?.(`${found.witness} has a log, this member's folder is empty`);
  }
  return prepareEmptyStore(ports.store, stored, found, config.raft.id);
}
