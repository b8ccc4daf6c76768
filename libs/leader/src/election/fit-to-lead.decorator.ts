import { SetMetadata } from '@nestjs/common';

export const fitToLeadMetadata = Symbol.for('@quorumkit/leader:fit-to-lead');

type FitnessMethod = () => boolean | Promise<boolean>;

/**
 * A provider's method that says whether this replica could do a leader's work now: whether it reaches the database that
 * only leaders write to, say. Where several methods are decorated, all must say yes.
 *
 * Promise: a leader is asked once a second. When it says no, leadership passes to the member of the highest priority that
 * is caught up and says yes; and no leader makes way by itself for a member that says no. Non-promise: a wish, not a
 * rule. Where nobody says yes the leader leads on, and whoever wins an election leads, fit or not, until it was asked.
 *
 * Anything but `true`, an error, and no answer within `limits.fitnessTimeoutMs` all mean no. Must change nothing: members
 * are asked at any time, whether they lead or not, and many askers share one run. Should end in a time of its own: of a
 * method that does not, at most eight runs are begun, and until one of them ends the answer is no.
 */
export function FitToLead(
  group?: string,
): <M extends FitnessMethod>(
  target: object,
  property: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void {
  return SetMetadata(fitToLeadMetadata, { group });
}
