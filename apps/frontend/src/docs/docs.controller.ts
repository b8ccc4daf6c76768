import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { ProblemError } from '@toystore/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { sendStaticFile } from '../static-files/static-file.js';
import { ApiDocument } from './api-document.js';
import { DocsFiles } from './docs-files.js';

/** The page sets styles on its elements and shows small pictures that it carries in its style sheet; the rest is of this origin. */
const contentSecurityPolicy =
  "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** The API's description, as a page and as OpenAPI JSON. */
@ApiExcludeController()
@Controller('docs')
export class DocsController {
  readonly #files: DocsFiles;
  readonly #document: ApiDocument;

  constructor(files: DocsFiles, document: ApiDocument) {
    this.#files = files;
    this.#document = document;
  }

  @Get()
  async page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.#send('index.html', request, reply);
  }

  @Get(':file')
  async file(@Param('file') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.#send(name, request, reply);
  }

  async #send(name: string, request: FastifyRequest, reply: FastifyReply): Promise<void> {
    const file = name === 'openapi.json' ? this.#document.file : await this.#files.find(name);
    if (!file) throw new ProblemError('not-found', 'The API page has no such file.');
    void reply.header('content-security-policy', contentSecurityPolicy);
    sendStaticFile(file, request, reply);
  }
}
