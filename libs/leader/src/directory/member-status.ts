import type { StoreCondition } from '../log-store/log-store.js';
import type { GroupMember } from '../membership/membership.js';
import { parseSettledConfiguration, type SettledConfiguration } from '../membership/settled-configuration.js';

/** What a member says of itself: of its `GET /leader/status`, what a directory needs or shows. */
export interface MemberStatus {
  readonly id: string;
  /** Of the process that answers; undefined of a version that does not say so. */
  readonly bootId?: string | undefined;
  readonly term: number;
  readonly role: string;
  readonly leader: string | undefined;
  readonly inOffice: boolean;
  readonly lastLogIndex: number;
  readonly lastLogTerm: number;
  /** Undefined of a version that does not say so; likewise the two that follow. */
  readonly commitIndex?: number | undefined;
  readonly appliedIndex?: number | undefined;
  /** `full`: its log's disk has no space. */
  readonly storage?: StoreCondition | undefined;
  /** Whether its group is known to have a log; a version that does not say so is taken at its indexes. */
  readonly history: 'unknown' | 'none' | 'some';
  /** ms; Infinity when the replica has never heard from one. */
  readonly leaderContactAgeMs: number;
  /** Who belongs to the group, as far as it knows for certain; null also of a version that does not say so. */
  readonly configuration: SettledConfiguration | null;
  /** Why what it says about the members was not taken. */
  readonly configurationProblem?: string;
}

/** What one member's silence or answer comes to. */
export type MemberReply =
  | { readonly kind: 'status'; readonly status: MemberStatus }
  /** No process listens on its port. */
  | { readonly kind: 'gone'; readonly why: string }
  /** No usable answer (in time). */
  | { readonly kind: 'silent'; readonly why: string };

/** One member of the group, and what it answered when it was asked. */
export interface MemberReport {
  readonly member: GroupMember;
  readonly reply: MemberReply;
}

const isIndex = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** Undefined when it is not the status of member `id`: its URL may lead to another process. */
export function parseMemberStatus(id: string, json: unknown): MemberStatus | undefined {
  if (typeof json !== 'object' || json === null) return undefined;
  const {
    bootId,
    term,
    role,
    leader,
    lastLogIndex,
    lastLogTerm,
    leaderContactAgeMs,
    inOffice,
    history,
    commitIndex,
    appliedIndex,
    storage,
    configuration,
    ...rest
  } = json as Record<string, unknown>;
  if (
    rest['id'] !== id ||
    !isIndex(term) ||
    typeof role !== 'string' ||
    !isIndex(lastLogIndex) ||
    !isIndex(lastLogTerm)
  )
    return undefined;
  const named = typeof leader === 'object' && leader !== null ? (leader as Record<string, unknown>)['id'] : undefined;
  return {
    id,
    bootId: typeof bootId === 'string' ? bootId : undefined,
    term,
    role,
    leader: typeof named === 'string' ? named : undefined,
    inOffice: inOffice !== false,
    lastLogIndex,
    lastLogTerm,
    history: history === 'some' || history === 'none' ? history : lastLogIndex > 0 ? 'some' : 'unknown',
    commitIndex: isIndex(commitIndex) ? commitIndex : undefined,
    appliedIndex: isIndex(appliedIndex) ? appliedIndex : undefined,
    storage: storage === 'writable' || storage === 'full' ? storage : undefined,
    leaderContactAgeMs: typeof leaderContactAgeMs === 'number' ? leaderContactAgeMs : Infinity,
    ...configurationIn(configuration),
  };
}

// The rest of the status counts all the same: a later version may know kinds of members that this one does not.
function configurationIn(json: unknown): Pick<MemberStatus, 'configuration' | 'configurationProblem'> {
  if (json === undefined || json === null) return { configuration: null };
  const parsed = parseSettledConfiguration(json);
  return 'problem' in parsed
    ? { configuration: null, configurationProblem: parsed.problem }
    : { configuration: parsed };
}
