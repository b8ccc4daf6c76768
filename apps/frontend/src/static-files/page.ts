import { readdir } from 'node:fs/promises';
import { ProblemError } from '@toystore/service';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { applicationFolder, readStaticFile, sendStaticFile, type StaticFile, type StaticFiles } from './static-file.js';

export interface PageOptions {
  /** Whom its scripts may call besides this origin, as the content security policy writes it. */
  readonly connectTo?: string;
}

/** One page of the store, and the few files that it consists of. */
export class Page {
  readonly #files: StaticFiles;
  readonly #policy: string;

  constructor(files: StaticFiles, { connectTo }: PageOptions = {}) {
    this.#files = files;
    // Scripts, styles, pictures and calls of this origin only; nothing inline, no framing.
    this.#policy =
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; " +
      `connect-src 'self'${connectTo === undefined ? '' : ` ${connectTo}`}; ` +
      "base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
  }

  /** Answers with the page itself. */
  open(request: FastifyRequest, reply: FastifyReply): void {
    this.sendFile('index.html', request, reply);
  }

  /** @throws ProblemError `not-found` */
  sendFile(name: string, request: FastifyRequest, reply: FastifyReply): void {
    const file = this.#files.get(name);
    if (!file) throw new ProblemError('not-found', 'This page has no such file.');
    void reply.header('content-security-policy', this.#policy);
    sendStaticFile(file, request, reply);
  }
}

/**
 * Reads the page of the folder `src/<name>`, `index.html` among its files: markup, style and pictures as they are written,
 * the scripts as the build emitted them for browsers. @throws when the scripts were not built
 */
export async function readPage(name: 'storefront' | 'lab-page', options: PageOptions = {}): Promise<Page> {
  const sources = [
    { folder: new URL(`src/${name}/`, applicationFolder), kind: /\.(?:html|css|svg)$/ },
    { folder: new URL(`dist/browser/${name}/browser/`, applicationFolder), kind: /\.js$/ },
  ];
  const files = new Map<string, StaticFile>();
  for (const { folder, kind } of sources) {
    for (const file of await filesIn(folder)) {
      if (kind.test(file)) files.set(file, await readStaticFile(new URL(file, folder)));
    }
  }
  return new Page(files, options);
}

async function filesIn(folder: URL): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (cause) {
    throw new Error(`The page's folder ${folder.pathname} cannot be read. Build the application first: npm run build`, {
      cause,
    });
  }
}
