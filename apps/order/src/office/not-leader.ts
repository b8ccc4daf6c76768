import type { Election } from '@quorumkit/leader';
import { ProblemError } from '@toystore/service';

/** 421: nothing was done here; the leader, where one is known, is named. */
export function notLeaderProblem(election: Election): ProblemError {
  const { id, leader, leaderUrl, term } = election.state();
  const other = leader === id ? undefined : leader;
  const where = other === undefined ? 'No leader is known to it now.' : `The leader is ${other}.`;
  return new ProblemError('not-leader', `Replica ${id} does not lead in term ${term}. ${where} Nothing was done.`, {
    extensions: { leader: other ?? null, leaderUrl: other === undefined ? null : (leaderUrl ?? null), term },
  });
}
