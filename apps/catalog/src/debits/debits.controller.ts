import { Body, Controller, HttpCode, Post, Res } from '@nestjs/common';
import {
  formatMinimumVersion,
  PublisherNotOpenError,
  PublisherOverloadedError,
  PublisherStoppedError,
} from '@quorumkit/cache';
import { LeaderError } from '@quorumkit/leader';
import { catalogRoutes, DebitBatch, type DebitResults, headerNames, unreachable } from '@toystore/contracts';
import { ProblemError } from '@toystore/service';
import type { FastifyReply } from 'fastify';
import { CatalogEpoch, TakeDebits, type TakenDebits } from '@toystore/protocol/catalog';
import { CatalogMetrics } from '../metrics/catalog-metrics.js';
import { openEpoch } from '../opening/open-epoch.js';

/** `POST /debits`, called by the leader of the order group. */
@Controller(catalogRoutes.debits)
export class DebitsController {
  constructor(
    private readonly takeDebits: TakeDebits,
    private readonly epoch: CatalogEpoch,
    private readonly metrics: CatalogMetrics,
  ) {}

  @Post()
  @HttpCode(200)
  async debit(
    @Body() { term, settledThrough, debits }: DebitBatch,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<DebitResults> {
    openEpoch(this.epoch);
    const request = {
      term,
      settledThrough,
      debits: debits.map(({ intent, name, quantity }) => ({ intent, name, quantity })),
    };
    const taken = await this.takeDebits.take(request).catch((error: unknown): TakenDebits => {
      throw problemOf(error);
    });
    switch (taken.kind) {
      case 'answered':
        void reply.header(headerNames.minCatalogSeq, formatMinimumVersion(taken.version));
        return { results: taken.answers.map(({ intent, outcome, costCents }) => ({ intent, outcome, costCents })) };
      case 'fenced':
        this.metrics.batchFenced();
        throw new ProblemError('stale-fence', `A leader of term ${taken.term} has sent debits; term ${term} is over.`, {
          extensions: { term: taken.term },
        });
      default:
        return unreachable(taken);
    }
  }
}

const passing = [LeaderError, PublisherNotOpenError, PublisherOverloadedError, PublisherStoppedError] as const;

/** Debits may always be repeated, so every failure of log and publisher is answered alike: try again. */
function problemOf(error: unknown): unknown {
  if (!passing.some((kind) => error instanceof kind) || !(error instanceof Error)) return error;
  return new ProblemError('unavailable', `The debits are not recorded yet: ${error.message}`, {
    retryAfterMs: 1_000,
    cause: error,
  });
}
