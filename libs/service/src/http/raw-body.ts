import type { IncomingMessage } from 'node:http';

import type { FastifyRequest } from 'fastify';

const noBody = Buffer.alloc(0);

/** A request whose body was read by this library's parser. */
export interface RequestWithRawBody {
  rawBody?: Buffer;
}

/** The bytes of a request's body as they arrived; empty when it has none. */
export function rawBodyOf(request: object): Buffer {
  const { rawBody, body } = request as RequestWithRawBody & { readonly body?: unknown };
  // A library in the host may have brought a parser of its own that hands the bytes on as they are.
  return rawBody ?? (Buffer.isBuffer(body) ? body : noBody);
}

/** The raw request target, before any routing. */
export function rawTargetOf(request: FastifyRequest | IncomingMessage): string {
  return ('raw' in request ? request.raw.url : request.url) ?? '/';
}
