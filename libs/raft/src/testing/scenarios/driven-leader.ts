import { DrivenReplica, type DrivenOptions } from '../driven-replica.js';

/** Replica a leads, and everybody has confirmed the first entry of its term. */
export function drivenLeader(options: DrivenOptions = {}): DrivenReplica {
  const leader = new DrivenReplica(options);
  leader.becomeLeader();
  for (const peer of leader.peers) leader.confirmAppend(peer);
  return leader;
}
