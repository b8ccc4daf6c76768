/** Who leads, as far as the replica that answered knows. A hint: it may be out of date by the time it is read. */
export interface LeaderRef {
  readonly id: string;
  readonly url: string;
}

export type LeaderErrorCode =
  | 'NOT_LEADER'
  | 'NO_LEADER'
  | 'PROPOSAL_REJECTED'
  | 'APPLY_FAILED'
  | 'INDETERMINATE'
  | 'BACKPRESSURE'
  | 'STALE_FENCE'
  | 'IMPLAUSIBLE_FENCE'
  | 'DEADLINE_EXCEEDED'
  | 'INVALID_OPTIONS'
  | 'GROUP_STOPPED'
  | 'TRANSFER_FAILED'
  | 'MEMBERSHIP_REFUSED'
  | 'MEMBER_IN_USE';

/**
 * Every failure of this package. `definite` answers the one question a caller must ask: did the command certainly
 * *not* take effect? `true`: it did not, doing it again cannot do it twice. `false`: it may have; repeat it only under
 * the same idempotency key.
 */
export abstract class LeaderError extends Error {
  abstract readonly code: LeaderErrorCode;
  abstract readonly definite: boolean;
}

/** This replica does not lead (any more). Nothing was written. Ask `leader`, where one is known. HTTP 421. */
export class NotLeaderError extends LeaderError {
  override readonly name = 'NotLeaderError';
  readonly code = 'NOT_LEADER';
  readonly definite = true;

  constructor(
    readonly replica: string,
    readonly leader: LeaderRef | undefined,
    readonly term: number,
  ) {
    const where =
      leader === undefined
        ? 'no leader is known; ask again shortly'
        : `leader: ${leader.id} at ${leader.url}; retry there`;
    super(`Replica ${replica} is not the leader in term ${term} (${where}). Nothing was written.`);
  }
}

/** No leader could be found before the deadline. Nothing was written. HTTP 503. */
export class NoLeaderError extends LeaderError {
  override readonly name = 'NoLeaderError';
  readonly code = 'NO_LEADER';
  readonly definite = true;

  constructor(
    readonly group: string,
    readonly waitedMs: number,
    options?: { readonly cause?: unknown },
  ) {
    super(
      `No leader of group ${group} was found within ${Math.round(waitedMs)} ms. Nothing was written; try again later.`,
      options,
    );
  }
}

export type ProposalRejection = 'tooLarge' | 'overwritten' | 'notEncodable' | 'deadlinePassed';

/** The command certainly did not and will not take effect. */
export class ProposalRejectedError extends LeaderError {
  override readonly name = 'ProposalRejectedError';
  readonly code = 'PROPOSAL_REJECTED';
  readonly definite = true;

  constructor(
    readonly reason: ProposalRejection,
    detail: string,
    options?: { readonly cause?: unknown },
  ) {
    super(`The command was rejected: ${detail} Nothing was written.`, options);
  }
}

/**
 * The command was committed, and the state machine's `apply` threw on it: the same on every replica, for ever, also
 * for a retry with the same key. `apply` promises to throw before it changes anything, hence `definite`.
 */
export class ApplyError extends LeaderError {
  override readonly name = 'ApplyError';
  readonly code = 'APPLY_FAILED';
  readonly definite = true;

  constructor(
    readonly index: number,
    readonly term: number,
    /** Name of the class that was thrown. */
    readonly errorName: string,
    readonly errorMessage: string,
    readonly replayed: boolean,
  ) {
    super(`The state machine refused the command at index ${index} (term ${term}): ${errorName}: ${errorMessage}`);
  }
}

/** The command was appended, and its fate is unknown: it may yet take effect. Repeat it under the same key. HTTP 504. */
export class IndeterminateError extends LeaderError {
  override readonly name = 'IndeterminateError';
  readonly code = 'INDETERMINATE';
  readonly definite = false;

  constructor(
    readonly index: number,
    readonly term: number,
    readonly why: 'leadershipLost' | 'deadlinePassed' | 'stopped',
    readonly leader?: LeaderRef,
  ) {
    const reason = {
      leadershipLost: 'leadership was lost',
      deadlinePassed: 'its deadline passed',
      stopped: 'the replica was stopped',
    }[why];
    super(
      `The command was appended at index ${index} (term ${term}), then ${reason}: it may or may not take effect. Retry with the same key.`,
    );
  }
}

/** A named limit is reached; the command was not appended, the read did not begin. Slow down, then retry. HTTP 429. */
export class BackpressureError extends LeaderError {
  override readonly name = 'BackpressureError';
  readonly code = 'BACKPRESSURE';
  readonly definite = true;

  constructor(
    readonly limit:
      | 'proposalsMax'
      | 'maxUncommittedBytes'
      | 'applyBacklogMax'
      | 'backlogBytesMax'
      | 'readsMax'
      | 'waitsMax'
      | 'callsMax',
    readonly value: number,
  ) {
    super(`The group is at its limit ${limit} = ${value}. Nothing was written; retry after a pause.`);
  }
}

/** A call carried an older fence than this service has already seen: its sender was deposed. HTTP 412. */
export class StaleFenceError extends LeaderError {
  override readonly name = 'StaleFenceError';
  readonly code = 'STALE_FENCE';
  readonly definite = true;

  constructor(
    readonly group: string,
    readonly term: number,
    readonly seenTerm: number,
  ) {
    super(
      `The call carries term ${term} of group ${group}, but term ${seenTerm} has been seen: its sender no longer leads. Nothing was done.`,
    );
  }
}

/** A call carried a fence whose term is too far above the highest one seen to be believed. Nothing was stored. HTTP 400. */
export class ImplausibleFenceError extends LeaderError {
  override readonly name = 'ImplausibleFenceError';
  readonly code = 'IMPLAUSIBLE_FENCE';
  readonly definite = true;

  constructor(
    readonly group: string,
    readonly term: number,
    readonly seenTerm: number,
    readonly termJumpMax: number,
  ) {
    super(
      `The call carries term ${term} of group ${group}, the highest seen is ${seenTerm}: more than termJumpMax = ${termJumpMax} elections in between are not believed. ` +
        'Nothing was done. Send what formatFence gives; where the group really is that far, start this service once with a larger termJumpMax.',
    );
  }
}

/** A wait that writes nothing (a read, `waitFor`, `verifyLeader`) was not over at its deadline. */
export class DeadlineExceededError extends LeaderError {
  override readonly name = 'DeadlineExceededError';
  readonly code = 'DEADLINE_EXCEEDED';
  readonly definite = true;

  constructor(readonly what: string) {
    super(`The deadline passed while waiting for ${what}. Nothing was written.`);
  }
}

/** Nobody took leadership over; this replica still leads. Try again when a follower is up and has caught up. */
export class TransferFailedError extends LeaderError {
  override readonly name = 'TransferFailedError';
  readonly code = 'TRANSFER_FAILED';
  readonly definite = true;

  constructor(
    readonly replica: string,
    readonly target: string | undefined,
    readonly term: number,
  ) {
    super(
      `Replica ${replica} still leads in term ${term}: ${target ?? 'no other member'} did not take over. Is it up and in contact?`,
    );
  }
}

/**
 * Another process answers under this member's id at its address, so this one did not start: two processes of one id could
 * give two votes in one term, and elect two leaders. Nothing was written.
 */
export class MemberInUseError extends LeaderError {
  override readonly name = 'MemberInUseError';
  readonly code = 'MEMBER_IN_USE';
  readonly definite = true;

  constructor(
    readonly group: string,
    readonly member: string,
    readonly url: string,
    /** Of the other process; its `GET /leader/status` and its log say the same. */
    readonly bootId: string,
  ) {
    super(
      `Member ${member} of group ${group} runs already: ${url} is answered by another process (boot ${bootId}). Two processes under one id could elect two leaders. This one did not start and changed nothing; stop the other one, or give this one its own nodeId.`,
    );
  }
}

/**
 * Why the members were not changed. `changePending`, `notCommittedInTerm`, `notCaughtUp`, `noQuorum` (no majority of the
 * voters there would be is in contact): try again a little later. `impossible`: the group cannot be changed so.
 */
export type MembershipRefusal = 'changePending' | 'notCommittedInTerm' | 'notCaughtUp' | 'noQuorum' | 'impossible';

/** The members of the group were not changed. HTTP 409. */
export class MembershipRefusedError extends LeaderError {
  override readonly name = 'MembershipRefusedError';
  readonly code = 'MEMBERSHIP_REFUSED';
  readonly definite = true;

  constructor(
    readonly reason: MembershipRefusal,
    detail: string,
  ) {
    const advice = reason === 'impossible' ? '' : ' Try again a little later.';
    super(`The members were not changed: ${detail}.${advice}`);
  }
}

/** The group is not running: its application has not finished starting, or is shutting down. */
export class GroupStoppedError extends LeaderError {
  override readonly name = 'GroupStoppedError';
  readonly code = 'GROUP_STOPPED';
  readonly definite = true;

  constructor(readonly group: string) {
    super(`Group ${group} is not running on this replica (starting or shutting down). Nothing was written.`);
  }
}

/** The options cannot be used. `problems` lists everything that is wrong with them, not only the first thing. */
export class InvalidOptionsError extends LeaderError {
  override readonly name = 'InvalidOptionsError';
  readonly code = 'INVALID_OPTIONS';
  readonly definite = true;

  constructor(
    what: string,
    readonly problems: readonly string[],
  ) {
    super(`${what}: ${problems.length} problem(s)\n${problems.map((problem) => `  - ${problem}`).join('\n')}`);
  }
}
