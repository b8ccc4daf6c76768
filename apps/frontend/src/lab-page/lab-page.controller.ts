import { Controller, Get, Header, Inject, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { ClusterAnswer, ExplanationAnswer } from '@toystore/contracts';
import { ProblemError } from '@toystore/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ApiProblems } from '../docs/api-problems.decorator.js';
import { productKey } from '../products/product-key.js';
import type { Page } from '../static-files/page.js';
import { ClusterWatch } from './cluster-watch.js';

export const LAB_PAGE = Symbol.for('@toystore/frontend:lab-page');

/** The live cluster page, and what it shows. For looking only: nothing can be changed here, and no address is told. */
@ApiTags('lab')
@Controller('lab')
export class LabPageController {
  readonly #labPage: Page;
  readonly #watch: ClusterWatch;

  constructor(@Inject(LAB_PAGE) labPage: Page, watch: ClusterWatch) {
    this.#labPage = labPage;
    this.#watch = watch;
  }

  @Get()
  @ApiExcludeEndpoint()
  page(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.#labPage.open(request, reply);
  }

  @Get('files/:file')
  @ApiExcludeEndpoint()
  file(@Param('file') name: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.#labPage.sendFile(name, request, reply);
  }

  @Get('cluster')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'The running store as this frontend sees it',
    description: 'Who leads, what each member says of itself, and what the cache holds. Members are asked for this.',
  })
  @ApiOkResponse({ type: ClusterAnswer })
  async cluster(): Promise<ClusterAnswer> {
    return { data: await this.#watch.view() };
  }

  @Get('explain/:name')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'Why a request for a toy would be a hit or not',
    description: "Of this frontend's cache, now, and what became of the requests so far. Changes nothing.",
  })
  @ApiParam({ name: 'name', example: 'tux' })
  @ApiOkResponse({ type: ExplanationAnswer })
  @ApiProblems('unknown-product')
  explain(@Param('name') rawName: string): ExplanationAnswer {
    const key = productKey(rawName);
    if (key === undefined) throw new ProblemError('unknown-product', 'This cannot be the name of a product.');
    return { data: this.#watch.explain(key) };
  }
}
