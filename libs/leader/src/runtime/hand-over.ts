import type { ReplicaId } from '@quorumkit/raft';
import { TransferFailedError } from '../errors/leader-errors.js';
import type { GroupReplica } from './group-replica.js';

/**
 * Passes leadership on: user code leaves office first and is awaited, then the target takes over.
 *
 * @throws NotLeaderError, TransferFailedError, DeadlineExceededError; this replica then leads on, in office again
 */
export async function handOverLeadership(replica: GroupReplica, to: string | undefined): Promise<void> {
  if (replica.status?.role !== 'leader') throw replica.notLeader();
  const { term } = replica.status;
  const leads = (): boolean => replica.status?.role === 'leader' && replica.status.term === term;
  await replica.office.release();
  try {
    if (!leads()) return;
    replica.running.submit({ kind: 'transferLeadership', target: to as ReplicaId | undefined });
    const deadline = replica.ports.clock.now() + replica.config.limits.transferTimeoutMs;
    await replica.changes.until(
      () => !leads() || replica.status?.transferringTo === undefined,
      deadline,
      `leadership to pass to ${to ?? 'another member'}`,
    );
    if (leads()) throw new TransferFailedError(replica.config.nodeId, to, term);
  } finally {
    replica.office.readmit();
  }
}
