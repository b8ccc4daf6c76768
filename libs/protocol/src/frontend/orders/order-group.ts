import { type Attempt, type CallOptions, type Leader, NotLeaderError } from '@quorumkit/leader';
import type { NotLeader, OrderClient } from '@toystore/contracts';

/** One order replica, as far as shoppers' requests need it. */
export type OrderReplica = Pick<OrderClient, 'placeOrder' | 'getOrder'>;

/**
 * The order replicas as one thing that has a leader. A port: the real one is a `LeaderDirectory` with a client for each
 * member, tests use an in-memory group.
 */
export interface OrderGroup {
  /** As `LeaderDirectory.call`: runs `fn` against the leader, again after a leader change, until the deadline. */
  call<T>(fn: (leader: Leader, attempt: Attempt) => Promise<T>, options?: CallOptions): Promise<T>;
  replica(id: string): OrderReplica;
  /** The base URL of a member, for a hint that names it by id. */
  urlOf(id: string): string | undefined;
}

/** A replica's "not me" as the directory's error, with the hint it gave. */
export function notLeaderError(group: OrderGroup, replica: string, answer: NotLeader): NotLeaderError {
  const url = answer.leader === undefined ? undefined : group.urlOf(answer.leader);
  const hint = answer.leader === undefined || url === undefined ? undefined : { id: answer.leader, url };
  return new NotLeaderError(replica, hint, answer.term);
}
