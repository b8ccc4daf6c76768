import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Page } from '../static-files/page.js';

export const STOREFRONT = Symbol.for('@toystore/frontend:storefront');

/** The shop window: one page for shoppers. */
@ApiExcludeController()
@Controller()
export class StorefrontController {
  readonly #storefront: Page;

  constructor(@Inject(STOREFRONT) storefront: Page) {
    this.#storefront = storefront;
  }

  @Get()
  page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.#storefront.open(request, reply);
  }

  @Get('storefront/:file')
  file(@Param('file') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.#storefront.sendFile(name, request, reply);
  }
}
