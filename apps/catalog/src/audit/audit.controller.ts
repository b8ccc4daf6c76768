import { Controller, Get } from '@nestjs/common';
import { type CatalogAudit, catalogRoutes } from '@toystore/contracts';
import { CatalogEpoch, StockStateMachine } from '@toystore/protocol/catalog';
import { openEpoch } from '../opening/open-epoch.js';

/** `GET /audit`: the books of every product, for the checks that compare them with the orders. */
@Controller(catalogRoutes.audit)
export class AuditController {
  constructor(
    private readonly machine: StockStateMachine,
    private readonly epoch: CatalogEpoch,
  ) {}

  /** Read in one turn, so that all figures are of one moment. */
  @Get()
  audit(): CatalogAudit {
    const { ledger } = this.machine;
    return {
      epoch: openEpoch(this.epoch),
      sequence: ledger.sequence,
      products: ledger
        .list()
        .map(({ name, initial, restocked, sold, current }) => ({ name, initial, restocked, sold, current })),
      soldDebits: ledger.soldDebits,
      soldDigest: ledger.soldDigest,
    };
  }
}
