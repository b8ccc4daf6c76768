import { Controller, Get, Param, Req, Res, UseInterceptors } from '@nestjs/common';
import { ApiHeader, ApiNotModifiedResponse, ApiOkResponse, ApiOperation, ApiParam, ApiTags } from '@nestjs/swagger';
import { absent, Cached, CacheInterceptor, type CachedResult, versioned } from '@quorumkit/cache';
import { parseProductName, ProductAnswer, ProductList, type Unavailable, unreachable } from '@toystore/contracts';
import { ProblemError } from '@toystore/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { entityTag, holds } from '../conditional-requests/entity-tag.js';
import { ApiProblems } from '../docs/api-problems.decorator.js';
import { CatalogReader } from './catalog-reader.js';
import { productKey } from './product-key.js';
import { productView } from './product-mapping.js';

@ApiTags('products')
@Controller('products')
export class ProductsController {
  readonly #catalog: CatalogReader;

  constructor(catalog: CatalogReader) {
    this.#catalog = catalog;
  }

  @Get()
  @ApiOperation({
    summary: 'All toys, in catalog order',
    description: 'Read from the catalog every time. `ETag` and `If-None-Match` make polling cheap.',
  })
  @ApiOkResponse({ type: ProductList })
  @ApiNotModifiedResponse({ description: 'Nothing has changed since the given `ETag`' })
  @ApiProblems('bad-gateway', 'unavailable')
  async list(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ProductList | undefined> {
    const answer = await this.#catalog.list();
    if (answer.kind === 'unavailable') throw unavailable(answer);
    const { list } = answer;
    const contents = { data: list.products.map(productView) };
    const etag = entityTag(list, contents);
    void reply.header('etag', etag).header('cache-control', 'no-cache');
    if (holds(request.headers['if-none-match'], etag)) {
      void reply.code(304);
      return undefined;
    }
    return contents;
  }

  @Get(':name')
  @UseInterceptors(CacheInterceptor)
  @Cached({
    key: ({ name }) => productKey(name),
    notFound: ({ name }) => unknownProduct(name),
    public: true,
  })
  @ApiOperation({
    summary: 'One toy',
    description: 'From the coherent cache. Never older than an order that was acknowledged before the request.',
  })
  @ApiParam({ name: 'name', example: 'tux' })
  @ApiHeader({
    name: 'Min-Catalog-Seq',
    required: false,
    description: 'As the answer to an order said: the toy is shown as it is after that order',
  })
  @ApiOkResponse({ type: ProductAnswer })
  @ApiNotModifiedResponse({ description: 'The toy has not changed since the given `ETag`' })
  @ApiProblems('unknown-product', 'bad-gateway', 'unavailable')
  async product(@Param('name') rawName: string): Promise<CachedResult<ProductAnswer>> {
    const name = parseProductName(rawName);
    if (name === undefined) throw unknownProduct(rawName);
    const answer = await this.#catalog.product(name);
    switch (answer.kind) {
      case 'stock':
        return versioned({ data: productView(answer.stock) }, answer.stock);
      case 'absent':
        return absent(answer);
      case 'unavailable':
        throw unavailable(answer);
      default:
        return unreachable(answer);
    }
  }
}

/** Longest part of a wrong name that is repeated to whoever sent it. */
const shownNameLengthMax = 64;

function unknownProduct(name: string | undefined): ProblemError {
  const shown = (name ?? '').slice(0, shownNameLengthMax);
  return new ProblemError('unknown-product', `There is no product '${shown}'.`);
}

function unavailable({ detail, retryAfterMs }: Unavailable): ProblemError {
  return new ProblemError('unavailable', detail, { retryAfterMs: retryAfterMs ?? 1000 });
}
