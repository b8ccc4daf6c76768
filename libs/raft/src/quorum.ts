/** How many of `voters` are more than half. Any two majorities share a member: the root of all of Raft's safety. */
export function majorityOf(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/**
 * The largest value that a majority of the voters reach, one value a voter. Of match indexes it is what may be
 * committed; of times of contact it is the last moment at which a quorum was certainly there.
 */
export function quorumValue(values: number[]): number {
  values.sort(descending);
  return values[majorityOf(values.length) - 1] ?? 0;
}

function descending(left: number, right: number): number {
  return right - left;
}
