import { Inject, Injectable } from '@nestjs/common';
import { FitToLead } from '@quorumkit/leader';
import { CatalogClient } from '@toystore/contracts';
import { type DebitOptions, debitOptionsToken } from '@toystore/protocol/order';

/** Only the leader asks the catalog for debits: a replica that does not reach it can place no order. */
@Injectable()
export class CatalogFitness {
  constructor(
    private readonly catalog: CatalogClient,
    @Inject(debitOptionsToken) private readonly options: DebitOptions,
  ) {}

  @FitToLead('orders')
  async catalogAnswers(): Promise<boolean> {
    const reply = await this.catalog.audit({ deadlineMs: this.options.probeTimeoutMs });
    return reply.kind === 'audit';
  }
}
