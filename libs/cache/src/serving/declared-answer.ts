import { HEADERS_METADATA, HTTP_CODE_METADATA } from '@nestjs/common/constants.js';

import { headersOfHits } from './write-hit.js';

/** What `@HttpCode` and `@Header` say about a handler's answers. */
export interface DeclaredAnswer {
  readonly status: number;
  readonly contentType: string | undefined;
  /** Names in lower case. Without those that say what every answer from the cache says for itself. */
  readonly headers: readonly (readonly [name: string, value: string | (() => string)])[];
}

export function declaredAnswer(handler: object): DeclaredAnswer {
  const status = Reflect.getMetadata(HTTP_CODE_METADATA, handler) as number | undefined;
  const written = (Reflect.getMetadata(HEADERS_METADATA, handler) ?? []) as readonly {
    readonly name: string;
    readonly value: string | (() => string);
  }[];
  const headers = written.map(({ name, value }) => [name.toLowerCase(), value] as const);
  const [, contentType] = headers.findLast(([name]) => name === 'content-type') ?? [];
  return {
    status: status ?? 200,
    contentType: withCharset(typeof contentType === 'function' ? contentType() : contentType),
    headers: headers.filter(([name]) => !headersOfHits.has(name)),
  };
}

/** As Fastify sends it. */
function withCharset(contentType: string | undefined): string | undefined {
  return contentType === undefined || contentType.includes('charset') ? contentType : `${contentType}; charset=utf-8`;
}
