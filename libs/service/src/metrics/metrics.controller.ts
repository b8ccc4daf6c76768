import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import type { Registry } from 'prom-client';

import { OpenRoute } from '../auth/internal-call.guard.js';

/** Injection token of the prom-client registry that `/metrics` shows. */
export const METRICS_REGISTRY = Symbol('METRICS_REGISTRY');

/** `GET /metrics` in the text format of Prometheus. */
@OpenRoute()
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(METRICS_REGISTRY) private readonly registry: Registry) {}

  @Get()
  async metrics(@Res() reply: FastifyReply): Promise<void> {
    const text = await this.registry.metrics();
    await reply.header('content-type', this.registry.contentType).header('cache-control', 'no-store').send(text);
  }
}
