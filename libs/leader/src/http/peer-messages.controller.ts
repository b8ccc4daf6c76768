import type { Socket } from 'node:net';
import { Controller, Param, Post, Req, Res, UseGuards } from '@nestjs/common';
import { LeaderGroups } from '../hosting/leader-groups.js';
import { readBody } from '../hosting/raw-body.js';
import { MalformedMessageError } from '../transport/byte-frame.js';
import { WrongPeerError } from '../transport/http-peer-transport.js';
import { bootHeader } from '../transport/peer-processes.js';
import { LeaderCallGuard } from './leader-call.guard.js';

interface PeerRequest {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly socket?: Socket;
  readonly raw?: { readonly socket: Socket } & AsyncIterable<Buffer>;
}

/** What Express and Fastify replies have in common. */
interface PeerReply {
  status(code: number): this;
  header(name: string, value: string): unknown;
  send(body?: string | Buffer): unknown;
}

/** Takes messages of the other members; see `HttpPeerTransport`. No body parsing, no validation library, no mapping. */
@Controller('raft')
@UseGuards(LeaderCallGuard)
export class PeerMessagesController {
  constructor(private readonly groups: LeaderGroups) {}

  @Post(':group/messages')
  async message(@Param('group') name: string, @Req() request: PeerRequest, @Res() reply: PeerReply): Promise<void> {
    const group = this.groups.find(name);
    const http = group?.http;
    if (group === undefined || http === undefined) {
      refuse(reply, 404, 'There is no such group here.');
      return;
    }
    const body = await readBody(request);
    if (body === undefined || body.length === 0) {
      refuse(reply, 400, 'A body of type application/octet-stream is needed.');
      return;
    }
    try {
      const answer = await http.receive(body, request.raw?.socket ?? request.socket, request.headers[bootHeader]);
      reply.header(bootHeader, group.bootId);
      if (answer === undefined) reply.status(204).send();
      else {
        reply.header('content-type', 'application/octet-stream');
        reply.status(200).send(answer);
      }
    } catch (error) {
      if (error instanceof MalformedMessageError) refuse(reply, 400, error.message);
      else if (error instanceof WrongPeerError) refuse(reply, 403, error.message);
      else throw error;
    }
  }
}

function refuse(reply: PeerReply, status: number, detail: string): void {
  reply.header('content-type', 'application/problem+json');
  reply.status(status).send(JSON.stringify({ type: 'about:blank', title: 'Peer message refused', status, detail }));
}
