import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import type { TransportCall } from '../transport/http-transport.js';
import { unreachable } from '../unreachable.js';

import { renderAnswer, type ScriptedPeer } from './scripted-peer.js';

/** A scripted peer on a real socket of this machine. */
export class LoopbackPeer {
  private server: Server | undefined;
  private port = 0;
  /** Connections accepted so far. */
  connections = 0;

  constructor(private readonly peer: ScriptedPeer) {}

  /** The same port after a stop, so that a transport meets a restarted peer. */
  async start(): Promise<string> {
    const server = createServer((request, response) => void this.serve(request, response));
    server.on('connection', () => (this.connections += 1));
    this.server = server;
    await new Promise<void>((resolve) => server.listen(this.port, '127.0.0.1', resolve));
    this.port = (server.address() as AddressInfo).port;
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.server = undefined;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeAllConnections();
    await closed;
  }

  private async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const answer = await this.peer({
      method: request.method as TransportCall['method'],
      path: request.url ?? '',
      headers: request.headers,
      body: Buffer.concat(chunks),
    });
    switch (answer.kind) {
      case 'answer': {
        const { status, headers, body } = renderAnswer(answer);
        response.writeHead(status, body.length === 0 ? headers : { ...headers, 'content-length': String(body.length) });
        response.end(body);
        return;
      }
      case 'refuse_connection':
        throw new Error('A peer that refuses connections does not listen: stop it instead.');
      case 'break_connection':
        request.socket.destroy();
        return;
      case 'break_answer':
        response.writeHead(200, { 'content-length': '100' });
        response.write('half of it', () => request.socket.destroy());
        return;
      case 'stall_answer':
        response.writeHead(200, { 'content-length': '100' });
        response.write('half of it');
        return;
      case 'stay_silent':
        return;
      default:
        unreachable(answer);
    }
  }
}
