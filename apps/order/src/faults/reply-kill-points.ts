import { type CallHandler, type ExecutionContext, Injectable, type NestInterceptor } from '@nestjs/common';
import { orderRoutes } from '@toystore/contracts';
import { FaultBoard } from '@toystore/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type Observable, tap } from 'rxjs';

/** The points `before-reply` and `after-reply`, around the answer to an order that was placed. */
@Injectable()
export class ReplyKillPoints implements NestInterceptor {
  constructor(private readonly board: FaultBoard) {}

  intercept(context: ExecutionContext, next: CallHandler<unknown>): Observable<unknown> {
    const http = context.switchToHttp();
    const { method, url } = http.getRequest<FastifyRequest>();
    if (method !== 'POST' || url !== orderRoutes.orders) return next.handle();
    return next.handle().pipe(
      // Only a success comes through here: refusals are thrown.
      tap((answer) => {
        const what = JSON.stringify(answer);
        this.board.pass('before-reply', `${what} is not answered`);
        const reply = http.getResponse<FastifyReply>();
        reply.raw.once('finish', () => this.board.pass('after-reply', `${what} was answered`));
      }),
    );
  }
}
