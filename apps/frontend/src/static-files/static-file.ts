import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { holds } from '../conditional-requests/entity-tag.js';

/** A file that is held in memory, ready to be sent: small, and the same for as long as the process runs. */
export interface StaticFile {
  readonly contentType: string;
  readonly body: Buffer;
  /** Strong entity tag over the bytes, quoted. */
  readonly etag: string;
}

/** Files by the name that they are asked for with. Nothing outside the map is ever served. */
export type StaticFiles = ReadonlyMap<string, StaticFile>;

const contentTypes: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  svg: 'image/svg+xml',
};

/** The application's folder. This module lies two levels below it, as source (`src/`) and as built (`dist/`). */
export const applicationFolder = new URL('../../', import.meta.url);

export async function readStaticFile(location: URL): Promise<StaticFile> {
  const extension = location.pathname.split('.').at(-1) ?? '';
  return staticFile(await readFile(location), contentTypes[extension] ?? 'application/octet-stream');
}

export function staticFile(body: Buffer, contentType: string): StaticFile {
  const digest = createHash('sha256').update(body).digest('base64url').slice(0, 22);
  return { contentType, body, etag: `"${digest}"` };
}

/** Answers 200 with the bytes, or 304 when the caller holds them already. */
export function sendStaticFile(file: StaticFile, request: FastifyRequest, reply: FastifyReply): void {
  void reply.header('etag', file.etag).header('cache-control', 'no-cache').header('x-content-type-options', 'nosniff');
  if (holds(request.headers['if-none-match'], file.etag)) void reply.code(304).send();
  else void reply.type(file.contentType).send(file.body);
}
