import type { AbstractHttpAdapter } from '@nestjs/core';

/** Larger bodies of peer messages are refused: an append batch (1 MiB) with its largest single entry (4 MiB) fits. */
export const peerMessageBytesMax = 16 * 1024 * 1024;

const mediaType = 'application/octet-stream';

interface FastifyLike {
  hasContentTypeParser(type: string): boolean;
  addContentTypeParser(
    type: string,
    options: { parseAs: 'buffer'; bodyLimit: number },
    parse: (request: unknown, body: Buffer, done: (error: null, body: Buffer) => void) => void,
  ): void;
}

interface RequestLike {
  readonly body?: unknown;
  readonly rawBody?: unknown;
  /** Fastify's wrapped request. */
  readonly raw?: RequestStream;
}

type RequestStream = AsyncIterable<Buffer> & { readonly readableEnded?: boolean };

/** Fastify refuses media types that it has no parser for; the host may have brought its own. */
export function acceptRawBodies(adapter: AbstractHttpAdapter | undefined): void {
  if (adapter?.getType() !== 'fastify') return;
  const fastify = adapter.getInstance() as FastifyLike;
  if (fastify.hasContentTypeParser(mediaType)) return;
  fastify.addContentTypeParser(mediaType, { parseAs: 'buffer', bodyLimit: peerMessageBytesMax }, (_, body, done) =>
    done(null, body),
  );
}

/** The exact bytes of the body, where the host kept them; undefined where it parsed them and threw them away. */
export function keptBody(request: RequestLike): Buffer | undefined {
  if (Buffer.isBuffer(request.body)) return request.body;
  if (Buffer.isBuffer(request.rawBody)) return request.rawBody;
  return request.body === undefined || request.body === null ? Buffer.alloc(0) : undefined;
}

/** As `keptBody`; reads the stream where no parser has (Express without a raw parser). */
export async function readBody(request: RequestLike): Promise<Buffer | undefined> {
  const stream = request as unknown as RequestStream;
  const wasRead = request.body !== undefined || request.raw !== undefined || stream.readableEnded !== false;
  if (wasRead) return keptBody(request);
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stream) {
    bytes += chunk.length;
    if (bytes > peerMessageBytesMax) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
