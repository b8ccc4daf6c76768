import { randomBytes, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LabError, messageOf } from '../lab-error.js';
import { parseLabCommand, type LabCommand } from './lab-command.js';

/** Acknowledged orders to verify come in one body. */
const bodyBytesMax = 64 * 1024 * 1024;
export const commandsPath = '/commands';

/** Carries out a command; what it resolves to is the JSON answer. */
export type CommandHandler = (command: LabCommand) => Promise<unknown>;

/** The lab's control endpoint: loopback only, on a port of the system's choice, for callers that know the token. */
export class ControlServer {
  readonly token = randomBytes(24).toString('base64url');
  readonly #server: Server;

  constructor(handler: CommandHandler) {
    this.#server = createServer((request, response) => {
      void this.#answer(request, response, handler);
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
    this.#server.closeIdleConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse, handler: CommandHandler): Promise<void> {
    const reply = (status: number, body: unknown): void => {
      response.writeHead(status, { 'content-type': 'application/json', connection: 'close' }).end(JSON.stringify(body));
    };
    try {
      if (!this.#knowsToken(request))
        return reply(401, failure('invalid-command', 'The token in lab.json is missing or wrong.'));
      if (request.method !== 'POST' || request.url !== commandsPath)
        return reply(404, failure('invalid-command', `Only POST ${commandsPath} is served here.`));
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
