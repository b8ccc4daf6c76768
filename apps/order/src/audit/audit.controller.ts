import { Controller, Get } from '@nestjs/common';
import { type Election, InjectElection } from '@quorumkit/leader';
import { OrderAudit, orderRoutes } from '@toystore/contracts';
import { OrderStateMachine } from '@toystore/protocol/order';

/** `GET /audit`: what this replica's applied state holds, for the checks that compare replicas and catalog. */
@Controller(orderRoutes.audit)
export class AuditController {
  constructor(
    private readonly machine: OrderStateMachine,
    @InjectElection('orders') private readonly election: Election,
  ) {}

  /** Read in one turn, so that all figures are of one moment. */
  @Get()
  audit(): OrderAudit {
    const { id, role, term, leader, lastLogIndex, commitIndex, appliedIndex } = this.election.state();
    const { ledger } = this.machine;
    return {
      replica: id,
      role,
      term,
      leader: leader ?? null,
      lastLogIndex,
      commitIndex,
      appliedIndex,
      orders: ledger.orderCount,
      openIntents: ledger.openCount,
      settledThrough: ledger.settledThrough,
      hash: ledger.hash,
      soldDigest: ledger.soldDigest,
      soldByProduct: ledger.soldByProduct().map(({ name, quantity }) => ({ name, quantity })),
    };
  }
}
