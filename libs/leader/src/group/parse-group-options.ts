import { type RaftOptions, RaftOptionsError, parseRaftOptions, toReplicaId } from '@quorumkit/raft';
import { InvalidOptionsError } from '../errors/leader-errors.js';
import type { CallAuthenticator } from './call-authenticator.js';
import type { GroupLimits, GroupOptions, MemberOptions } from './group-options.js';
import { isMemberId, isMemberPriority, originOf } from './member-rules.js';

/** Complete, checked and frozen options of one group. */
export interface GroupConfig {
  readonly name: string;
  readonly nodeId: string;
  readonly self: MemberOptions;
  readonly members: readonly MemberOptions[];
  readonly dataDir: string;
  readonly auth: CallAuthenticator | 'none';
  readonly onDamage: 'refetch' | 'refuse';
  readonly firstStart: 'ask' | 'assumeNew';
  /** It is to be added to a group that runs already. */
  readonly isJoining: boolean;
  readonly raft: RaftOptions;
  readonly limits: GroupLimits;
  readonly ports: Pick<GroupOptions, 'transport' | 'logStore' | 'clock' | 'decorate'>;
}

const defaultLimits: GroupLimits = {
  proposalsMax: 16_384,
  readsMax: 65_536,
  waitsMax: 65_536,
  commandBytesMax: 1024 * 1024,
  applyBacklogMax: 65_536,
  backlogBytesMax: 64 * 1024 * 1024,
  applySliceMs: 8,
  resultsMax: 100_000,
  resultTtlMs: 25 * 60 * 60 * 1000,
  deadlineMs: 5000,
  handoverGraceMs: 500,
  hookTimeoutMs: 10_000,
  fitnessTimeoutMs: 1000,
  transferTimeoutMs: 2000,
  slowFsyncMs: 500,
  snapshotEveryEntries: 50_000,
  snapshotEveryBytes: 64 * 1024 * 1024,
};

const limitRanges: { readonly [K in keyof GroupLimits]: readonly [min: number, max: number] } = {
  proposalsMax: [1, 1_000_000],
  readsMax: [1, 10_000_000],
  waitsMax: [1, 10_000_000],
  commandBytesMax: [1, 4 * 1024 * 1024],
  applyBacklogMax: [1, 10_000_000],
  backlogBytesMax: [1024, 64 * 1024 ** 3],
  applySliceMs: [1, 1000],
  resultsMax: [1, 10_000_000],
  resultTtlMs: [1000, 366 * 24 * 60 * 60 * 1000],
  deadlineMs: [1, 600_000],
  handoverGraceMs: [0, 60_000],
  hookTimeoutMs: [1, 600_000],
  fitnessTimeoutMs: [1, 60_000],
  transferTimeoutMs: [1, 60_000],
  slowFsyncMs: [0, 600_000],
  snapshotEveryEntries: [0, 1_000_000_000],
  snapshotEveryBytes: [0, 64 * 1024 ** 3],
};

/** Problems of a member list; the same rules for the members themselves and for a directory. */
export function membersProblems(members: readonly MemberOptions[]): string[] {
  const problems: string[] = [];
  if (members.length < 1 || members.length > 9) problems.push(`members: 1 to 9 are possible, got ${members.length}`);
  members.forEach((member, position) => {
    const at = `members[${position}]`;
    if (!isMemberId(member.id))
      problems.push(
        `${at}.id: 1–128 visible ASCII characters without ; or , are needed, got ${JSON.stringify(member.id)}`,
      );
    if (members.findIndex((other) => other.id === member.id) !== position)
      problems.push(`${at}.id: ${member.id} is used twice`);
    if (!isMemberPriority(member.priority))
      problems.push(`${at}.priority: an integer 0–1000 is needed, got ${member.priority}`);
    const url = URL.canParse(member.url) ? new URL(member.url) : undefined;
    if (url === undefined || !/^https?:$/.test(url.protocol))
      problems.push(`${at}.url: an http(s) URL is needed, got ${JSON.stringify(member.url)}`);
    else if (originOf(member.url) === undefined)
      problems.push(`${at}.url: only scheme, host and port are possible, got ${JSON.stringify(member.url)}`);
    else if (members.findIndex((other) => other.url === member.url) !== position)
      problems.push(`${at}.url: ${member.url} is used twice`);
  });
  return problems;
}

function joiningOf({ joining }: GroupOptions): readonly MemberOptions[] {
  return joining === undefined ? [] : [joining];
}

function choiceProblems({ joining, nodeId, members, onDamage = 'refuse', firstStart = 'ask' }: GroupOptions): string[] {
  const problems: string[] = [];
  if (joining !== undefined && joining.id !== nodeId)
    problems.push(
      `joining: it is this process, so its id must be the nodeId ${JSON.stringify(nodeId)}, got ${JSON.stringify(joining.id)}`,
    );
  if (!['refetch', 'refuse'].includes(onDamage))
    problems.push(`onDamage: 'refetch' or 'refuse' is needed, got ${JSON.stringify(onDamage)}`);
  if (onDamage === 'refetch' && members.length === 1 && joining === undefined)
    problems.push("onDamage: 'refetch' needs other members; in a group of one nobody else has the data");
  if (!['ask', 'assumeNew'].includes(firstStart))
    problems.push(`firstStart: 'ask' or 'assumeNew' is needed, got ${JSON.stringify(firstStart)}`);
  return problems;
}

function limitsProblems(limits: GroupLimits): string[] {
  return (Object.keys(limitRanges) as (keyof GroupLimits)[])
    .filter(
      (name) =>
        !(
          Number.isInteger(limits[name]) &&
          limits[name] >= limitRanges[name][0] &&
          limits[name] <= limitRanges[name][1]
        ),
    )
    .map(
      (name) =>
        `limits.${name}: an integer ${limitRanges[name][0]}–${limitRanges[name][1]} is needed, got ${limits[name]}`,
    );
}

function timingProblems(options: GroupOptions): string[] {
  const problems: string[] = [];
  const heartbeat = options.heartbeatIntervalMs ?? 100;
  const [min, max] = options.electionTimeoutMs ?? [500, 1000];
  if (!Number.isInteger(heartbeat) || heartbeat < 10 || heartbeat > 10_000)
    problems.push(`heartbeatIntervalMs: an integer 10–10000 is needed, got ${heartbeat}`);
  if (!(min >= 3 * heartbeat))
    problems.push(
      `electionTimeoutMs: the minimum must be at least 3 × heartbeatIntervalMs (${3 * heartbeat}), got ${min}: one late heartbeat would start elections`,
    );
  if (!(max >= min)) problems.push(`electionTimeoutMs: the maximum (${max}) is below the minimum (${min})`);
  return problems;
}

function raftOptionsOf(options: GroupOptions, seed: number, problems: string[]): RaftOptions | undefined {
  const [electionTimeoutMinMs, electionTimeoutMaxMs] = options.electionTimeoutMs ?? [500, 1000];
  const tuning = Object.fromEntries(
    Object.entries(options.engine?.tuning ?? {}).filter(([, value]) => value !== undefined),
  );
  try {
    return parseRaftOptions({
      id: toReplicaId(options.nodeId),
      voters: options.members.map(({ id, priority, url }) => ({
        id: toReplicaId(id),
        priority,
        context: url.replace(/\/$/, ''),
      })),
      joining: options.joining !== undefined,
      heartbeatIntervalMs: options.heartbeatIntervalMs ?? 100,
      electionTimeoutMinMs,
      electionTimeoutMaxMs,
      seed,
      ...tuning,
    });
  } catch (error) {
    if (!(error instanceof RaftOptionsError)) throw error;
    problems.push(...error.problems.map((problem) => `engine: ${problem}`));
    return undefined;
  }
}

/**
 * Checks the options of one group and fills in the defaults.
 *
 * @param seed seed of the election timeouts where the engine's tuning names none
 * @throws InvalidOptionsError that lists all problems
 */
export function parseGroupOptions(options: GroupOptions, seed: number): GroupConfig {
  const limits = Object.freeze({ ...defaultLimits, ...options.limits });
  const problems = [
    ...(/^[A-Za-z0-9_-]{1,64}$/.test(options.name)
      ? []
      : [`name: 1–64 characters of a-z A-Z 0-9 _ - are needed, got ${JSON.stringify(options.name)}`]),
    ...membersProblems([...options.members, ...joiningOf(options)]),
    ...choiceProblems(options),
    ...(options.dataDir.length > 0 || options.logStore !== undefined ? [] : ['dataDir: a folder is needed']),
    ...(options.auth === 'none' || typeof options.auth?.sign === 'function'
      ? []
      : ["auth: a CallAuthenticator or 'none' is needed"]),
    ...timingProblems(options),
    ...limitsProblems(limits),
  ];
  const self = [...options.members, ...joiningOf(options)].find((member) => member.id === options.nodeId);
  if (self === undefined)
    problems.push(
      `nodeId: ${JSON.stringify(options.nodeId)} is not one of the members (${options.members.map((member) => member.id).join(', ')})`,
    );
  const raft = problems.length === 0 ? raftOptionsOf(options, seed, problems) : undefined;
  if (self === undefined || raft === undefined || problems.length > 0)
    throw new InvalidOptionsError(`Group ${options.name}`, problems);

  const { transport, logStore, clock, decorate } = options;
  const members = Object.freeze(
    options.members.map((member) => Object.freeze({ ...member, url: member.url.replace(/\/$/, '') })),
  );
  return Object.freeze({
    name: options.name,
    nodeId: options.nodeId,
    self: Object.freeze({ ...self, url: self.url.replace(/\/$/, '') }),
    members,
    dataDir: options.dataDir,
    auth: options.auth,
    onDamage:
      options.members.length === 1 && options.joining === undefined ? 'refuse' : (options.onDamage ?? 'refetch'),
    firstStart: options.firstStart ?? 'ask',
    isJoining: options.joining !== undefined,
    raft,
    limits,
    ports: {
      ...(transport && { transport }),
      ...(logStore && { logStore }),
      ...(clock && { clock }),
      ...(decorate && { decorate }),
    },
  });
}
