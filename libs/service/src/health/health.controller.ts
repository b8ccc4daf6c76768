import { Controller, Get, Inject, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';

import { OpenRoute } from '../auth/internal-call.guard.js';

import { Readiness } from './readiness.js';

/**
 * `GET /health/live`: the process answers; never fails for want of a leader or a peer.
 * `GET /health/ready`: 200 when it should be given work, else 503; the body names every check.
 */
@OpenRoute()
@Controller('health')
export class HealthController {
  constructor(@Inject(Readiness) private readonly readiness: Readiness) {}

  @Get('live')
  live(): { status: string } {
    return { status: 'live' };
  }

  @Get('ready')
  async ready(@Res() reply: FastifyReply): Promise<void> {
    const { ready, checks } = await this.readiness.report();
    await reply
      .status(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ready' : 'not ready', checks });
  }
}
