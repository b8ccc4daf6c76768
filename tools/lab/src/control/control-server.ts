import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { labCommandsPath } from '@toystore/contracts';
import { LabError, messageOf } from '../lab-error.js';
import { parseLabCommand, type LabCommand } from './lab-command.js';

/** Acknowledged orders to verify come in one body. */
const bodyBytesMax = 64 * 1024 * 1024;

/** Carries out a command; what it resolves to is the JSON answer. */
export type CommandHandler = (command: LabCommand) => Promise<unknown>;

/**
 * The lab's control endpoint: loopback only, on a port of the system's choice, for callers that know the token. Of web pages
 * only those of `pageOrigins` may be among them, for a browser hands out the tokens that it was given in addresses.
 */
export class ControlServer {
  readonly token = randomBytes(24).toString('base64url');
  readonly #server: Server;
  readonly #pageOrigins: ReadonlySet<string>;
  readonly #inProgress = new Set<Promise<unknown>>();

  constructor(handler: CommandHandler, { pageOrigins = [] }: { readonly pageOrigins?: readonly string[] } = {}) {
    this.#pageOrigins = new Set(pageOrigins);
    this.#server = createServer((request, response) => {
      const answered = Promise.all([this.#answer(request, response, handler), closeOf(response)]);
      this.#inProgress.add(answered);
      void answered.finally(() => this.#inProgress.delete(answered));
    });
  }

  async listen(): Promise<string> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Takes no more commands; resolves when those in progress have been answered. */
  async close(): Promise<void> {
    const closed = once(this.#server, 'close');
    this.#server.close();
    await Promise.all(this.#inProgress);
    // Browsers open connections ahead of the commands that they may never send, and keep them.
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse, handler: CommandHandler): Promise<void> {
    const { origin } = request.headers;
    const isPage = origin !== undefined && this.#pageOrigins.has(origin);
    const reply = (status: number, body: unknown): void => {
      const headers = { 'content-type': 'application/json', connection: 'close', ...(isPage && allowPage(origin)) };
      response.writeHead(status, headers).end(body === undefined ? undefined : JSON.stringify(body));
    };
    try {
      if (origin !== undefined && !isPage)
        return reply(403, failure('invalid-command', `Pages of ${origin} may not command this lab.`));
      if (isPage && request.method === 'OPTIONS') return reply(204, undefined);
      if (!this.#knowsToken(request))
        return reply(401, failure('invalid-command', 'The token in lab.json is missing or wrong.'));
      if (request.method !== 'POST' || request.url !== labCommandsPath)
        return reply(404, failure('invalid-command', `Only POST ${labCommandsPath} is served here.`));
      reply(200, await handler(parseLabCommand(await readJson(request))));
    } catch (error) {
      if (error instanceof LabError) reply(409, failure(error.code, error.message));
      else reply(500, failure('internal', messageOf(error)));
    }
  }

  #knowsToken(request: IncomingMessage): boolean {
    const given = Buffer.from(request.headers.authorization ?? '');
    const wanted = Buffer.from(`Bearer ${this.token}`);
    return given.length === wanted.length && timingSafeEqual(given, wanted);
  }
}

/** When the answer has been sent, or its caller has gone. */
function closeOf(response: ServerResponse): Promise<void> {
  return new Promise((resolve) => response.once('close', resolve));
}

/** Fetch standard, 3.2: what lets a browser send a page's command and show it the answer. */
function allowPage(origin: string): Record<string, string> {
  return {
    vary: 'origin',
    'access-control-allow-origin': origin,
    'access-control-allow-methods': 'POST',
    'access-control-allow-headers': 'authorization, content-type',
  };
}

function failure(code: string, message: string): { error: { code: string; message: string } } {
  return { error: { code, message } };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax)
      throw new LabError('invalid-command', `The command is longer than ${bodyBytesMax} bytes.`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch (cause) {
    throw new LabError('invalid-command', 'The command is not JSON.', { cause });
  }
}
