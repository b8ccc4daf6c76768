import type { RaftState } from '../state.js';
import type { Follower, FromStore } from './follower.js';

/**
 * An answer that is not left over has come. Says in the trace, once, that it comes from another store than the
 * configuration names.
 *
 * @returns whether it comes from the store that was known; if not, what that one had confirmed says nothing any more
 */
export function hearFromStore(raft: RaftState, follower: Follower, answer: FromStore): boolean {
  const known = follower.storeId;
  follower.heardFromStore(answer, raft.lastRequestId);
  const { peer, storeId } = follower;
  if (storeId === known) return true;
  if (storeId !== undefined && follower.hasLostStore) raft.trace({ kind: 'memberLostStore', peer, storeId });
  return false;
}
