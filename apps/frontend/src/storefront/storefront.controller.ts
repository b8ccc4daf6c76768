import { Controller, Get, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ProblemError } from '@toystore/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendStaticFile, type StaticFiles } from '../static-files/static-file.js';
import { STOREFRONT_FILES } from './storefront-files.js';

/** Scripts, styles, pictures and calls of this origin only; nothing inline, no other host, no framing. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The shop window: one page for shoppers and the few files it consists of. */
@ApiExcludeController()
@Controller()
export class StorefrontController {
  readonly #files: StaticFiles;

  constructor(@Inject(STOREFRONT_FILES) files: StaticFiles) {
    this.#files = files;
  }

  @Get()
  page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    void reply.header('content-security-policy', contentSecurityPolicy);
    this.#send('index.html', request, reply);
  }

  @Get('storefront/:file')
  file(@Param('file') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.#send(name, request, reply);
  }

  #send(name: string, request: FastifyRequest, reply: FastifyReply): void {
    const file = this.#files.get(name);
    if (!file) throw new ProblemError('not-found', 'The storefront has no such file.');
    sendStaticFile(file, request, reply);
  }
}
