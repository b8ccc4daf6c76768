import type { Proposal } from '@quorumkit/raft';
import type { Clock } from './clock.js';

/** Collects what callers want in one turn of the event loop: one append, one quorum round for all of it. */
export class TurnBatch {
  private proposals: Proposal[] = [];
  private scheduled = false;

  constructor(
    private readonly clock: Clock,
    private readonly flush: (proposals: readonly Proposal[]) => void,
  ) {}

  propose(proposal: Proposal): void {
    this.proposals.push(proposal);
    this.schedule();
  }

  /** Calls `flush` at the end of this turn, also without proposals. */
  schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.clock.defer(() => {
      this.scheduled = false;
      const { proposals } = this;
      this.proposals = [];
      this.flush(proposals);
    });
  }
}
