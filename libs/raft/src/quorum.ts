/** How many of `voters` are more than half. Any two majorities share a member: the root of all of Raft's safety. */
export function majorityOf(voters: number): number {
  return Math.floor(voters / 2) + 1;
}

/**
 * The largest value that a majority of the voters reach, one value a voter; reorders them. Of match indexes it is what
 * may be committed; of times of contact it is the last moment at which a quorum was certainly there.
 */
export function quorumValue(values: number[]): number {
  // Insertion sort, falling: a handful of values on every step of a leader, where a general sort costs ten times more.
  for (let sorted = 1; sorted < values.length; sorted += 1) {
    const value = values[sorted] ?? 0;
    let place = sorted - 1;
    while (place >= 0 && (values[place] ?? 0) < value) {
      values[place + 1] = values[place] ?? 0;
      place -= 1;
    }
    values[place + 1] = value;
  }
  return values[majorityOf(values.length) - 1] ?? 0;
}
