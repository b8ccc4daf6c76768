import type { RaftStatus } from '@quorumkit/raft';
import type { Office } from './office.js';

/**
 * Decides when leadership becomes office: a leader whose state is not current yet, or that is handing leadership over,
 * must not begin to act as one.
 */
export class Candidacy {
  private open = false;
  private handingOver = false;
  /** The term this replica leads in, and what was committed when that term's first entry was. */
  private leads: { readonly term: number; readonly readyAt: number } | undefined;

  constructor(
    private readonly office: Office,
    private readonly appliedIndex: () => number,
  ) {}

  /** From now on office may be taken. */
  admit(): void {
    this.open = true;
    this.reconsider();
  }

  statusChanged({ role, term, committedInTerm, commitIndex, transferringTo }: RaftStatus): void {
    this.handingOver = transferringTo !== undefined;
    if (role !== 'leader') this.leads = undefined;
    else if (committedInTerm && this.leads?.term !== term) this.leads = { term, readyAt: commitIndex };
    this.reconsider();
  }

  /** To be called when more has been applied. */
  reconsider(): void {
    const { leads } = this;
    const isReady = this.open && !this.handingOver && leads !== undefined && this.appliedIndex() >= leads.readyAt;
    this.office.wish(isReady ? leads.term : undefined);
  }

  withdraw(): void {
    this.open = false;
    this.reconsider();
  }
}
