import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

import { answerProblem, type GateLimits, rawProblem, refuseAtGate, type Refusal } from './request-gate.js';

/** Timeouts and limits of a listener. */
export interface ServerLimits extends GateLimits {
  /** From the first byte (or the connection) to the end of the headers, in ms. */
  readonly headersTimeoutMs: number;
  /** From the first byte to the end of the body, in ms. */
  readonly requestTimeoutMs: number;
  /** How long an idle connection is kept, in ms. */
  readonly keepAliveTimeoutMs: number;
}

/** How often connections are checked against the timeouts, in ms: the error of a timeout. */
const connectionsCheckingIntervalMs = 250;
/** Bytes of a request line and its headers together. */
const headerBytesMax = 16 * 1024;

export type RequestHandler = (request: IncomingMessage, response: ServerResponse) => void;

/** Answers a request ahead of the framework, or returns false to leave it to the framework. Must not throw. */
export type FastPath = (request: IncomingMessage, response: ServerResponse) => boolean;

interface Connections {
  isDraining: boolean;
  readonly open: Set<Socket>;
}

const connectionsOf = new WeakMap<Server, Connections>();

/** From now on every answer of this server asks the client to leave the connection. */
export function markDraining(server: Server): void {
  const connections = connectionsOf.get(server);
  if (connections !== undefined) connections.isDraining = true;
}

/**
 * Ends the connections that are not being answered on. Node's own `closeIdleConnections` leaves those that never sent a
 * request, such as a browser's spare ones, and half requests; after `close` it also stops timing them out.
 */
export function endIdleConnections(server: Server): void {
  for (const socket of connectionsOf.get(server)?.open ?? []) {
    if (currentAnswer(socket) === undefined) socket.destroy();
  }
}

/** A server that gives every request, good or bad, an answer with a body, and that no slow client can hold up. */
export function createHardenedServer(handler: RequestHandler, limits: ServerLimits, fastPath?: FastPath): Server {
  const connections: Connections = { isDraining: false, open: new Set() };
  const server = createServer(
    {
      headersTimeout: limits.headersTimeoutMs,
      requestTimeout: limits.requestTimeoutMs,
      keepAliveTimeout: limits.keepAliveTimeoutMs,
      connectionsCheckingInterval: connectionsCheckingIntervalMs,
      maxHeaderSize: headerBytesMax,
      // Missing hosts are refused by the gate, with a body.
      requireHostHeader: false,
      noDelay: true,
    },
    (request, response) => {
      const refusal = refuseAtGate(request, limits);
      if (refusal !== undefined) {
        answerProblem(response, refusal);
        return;
      }
      if (connections.isDraining) response.setHeader('connection', 'close');
      if (fastPath === undefined || !fastPath(request, response)) handler(request, response);
    },
  );
  connectionsOf.set(server, connections);
  server.on('connection', (socket: Socket) => {
    connections.open.add(socket);
    socket.once('close', () => connections.open.delete(socket));
  });
  // Node drops headers beyond this without a word; one more than the limit lets the gate see them.
  server.maxHeadersCount = limits.headersMax + 1;
  server.on('checkExpectation', (_request: IncomingMessage, response: ServerResponse) => {
    answerProblem(response, { code: 'expectation-failed', detail: 'Only 100-continue can be expected.' });
  });
  server.on('connect', (_request: IncomingMessage, socket: Socket) => {
    endWith(
      socket,
      { code: 'method-not-allowed', detail: 'CONNECT is not served here.' },
      { Allow: 'GET, HEAD, POST' },
    );
  });
  return server;
}

/** Answers what the HTTP parser or a timeout refused, and ends the connection. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable || hasOpenAnswer(socket)) {
    socket.destroy();
    return;
  }
  endWith(socket, refusalOf(error));
}

function refusalOf(error: NodeJS.ErrnoException): Refusal {
  switch (error.code) {
    case 'ERR_HTTP_REQUEST_TIMEOUT':
      return { code: 'request-timeout', detail: 'The request did not arrive in time.' };
    case 'HPE_HEADER_OVERFLOW':
      return {
        code: 'headers-too-large',
        detail: `The request line and headers are larger than ${headerBytesMax} bytes.`,
      };
    case 'HPE_CHUNK_EXTENSIONS_OVERFLOW':
      return { code: 'payload-too-large', detail: 'The chunk extensions are too large.' };
    default:
      return { code: 'bad-request', detail: 'The request is not valid HTTP/1.1.' };
  }
}

// Bytes after the head of an answer that is under way would be read as part of that answer.
function hasOpenAnswer(socket: Socket): boolean {
  const answer = currentAnswer(socket);
  return answer !== undefined && answer.headersSent && !answer.writableEnded;
}

// Node keeps the answer that a connection is busy with under this name, and has no public one for it.
function currentAnswer(socket: Socket): ServerResponse | undefined {
  return (socket as Socket & { _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}

function endWith(socket: Socket, refusal: Refusal, headers: Record<string, string> = {}): void {
  socket.on('error', () => socket.destroy());
  socket.end(rawProblem(refusal, headers), () => socket.destroy());
}
