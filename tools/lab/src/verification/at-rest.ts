import type { OrderAudit } from '@toystore/contracts';

/** Why the replicas are still at work; empty when they are at rest. */
export function whyNotAtRest(audits: readonly OrderAudit[]): readonly string[] {
  if (audits.length === 0) return ['no order replica answers'];
  const reasons = audits.flatMap((audit) => {
    const { replica, openIntents, appliedIndex, commitIndex, lastLogIndex } = audit;
    return [
      ...(openIntents > 0 ? [`${replica} has ${openIntents} open intents`] : []),
      ...(appliedIndex < commitIndex
        ? [`${replica} has applied ${appliedIndex} of ${commitIndex} committed entries`]
        : []),
      // What a leader holds beyond its commit index is on its way; a follower's tail may just as well be cut off.
      ...(audit.role === 'leader' && lastLogIndex > commitIndex
        ? [`${replica} leads with ${lastLogIndex - commitIndex} uncommitted entries`]
        : []),
    ];
  });
  const applied = new Set(audits.map(({ appliedIndex }) => appliedIndex));
  if (applied.size > 1) {
    reasons.push(
      `the replicas have applied different numbers of entries: ${audits.map(({ replica, appliedIndex }) => `${replica} ${appliedIndex}`).join(', ')}`,
    );
  }
  return reasons;
}

/** Whether nothing happened in the replicas between two rounds of audits of the same replicas. */
export function isUnchanged(before: readonly OrderAudit[], after: readonly OrderAudit[]): boolean {
  return (
    before.length === after.length &&
    before.every((audit, offset) => {
      const later = after[offset];
      return (
        later !== undefined &&
        later.replica === audit.replica &&
        later.lastLogIndex === audit.lastLogIndex &&
        later.appliedIndex === audit.appliedIndex
      );
    })
  );
}
