import { Inject } from '@nestjs/common';

// Symbol.for: two copies of this package in one process still mean the same token.
const token = (what: string, group: string | undefined): symbol =>
  Symbol.for(`@quorumkit/leader:${what}:${group ?? ''}`);

/** Injection token of a group's `Election`; without a name, of the only configured group. */
export function electionToken(group?: string): symbol {
  return token('election', group);
}

/** Injection token of a group's `ReplicatedLog`; without a name, of the only configured group. */
export function replicatedLogToken(group?: string): symbol {
  return token('log', group);
}

/** Injection token of a group's `Membership`; without a name, of the only configured group. */
export function membershipToken(group?: string): symbol {
  return token('membership', group);
}

/** Injection token of the `LeaderDirectory` of a group; without a name, of the only one in the module. */
export function leaderDirectoryToken(group?: string): symbol {
  return token('directory', group);
}

export const InjectElection = (group?: string): ParameterDecorator & PropertyDecorator => Inject(electionToken(group));
export const InjectReplicatedLog = (group?: string): ParameterDecorator & PropertyDecorator =>
  Inject(replicatedLogToken(group));
export const InjectMembership = (group?: string): ParameterDecorator & PropertyDecorator =>
  Inject(membershipToken(group));
export const InjectLeaderDirectory = (group?: string): ParameterDecorator & PropertyDecorator =>
  Inject(leaderDirectoryToken(group));
