import { describe, expect, it } from '@jest/globals';
import { type Server, createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Envelope, LogIndex, Message, ReplicaId, Term } from '@quorumkit/raft';
import { SystemClock } from '../runtime/clock.js';
import { ManualClock } from '../testing/manual-clock.js';
import { describePeerTransport } from '../testing/peer-transport-conformance.js';
import { HttpPeerTransport, WrongPeerError } from './http-peer-transport.js';
import { decodeEnvelope, encodeEnvelope } from './message-codec.js';
import { bootHeader, type SecondProcess } from './peer-processes.js';

/** A plain listener that does what the Nest controller does. */
async function listen(
  ofTransport: () => HttpPeerTransport | undefined,
): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      ofTransport()
        ?.receive(Buffer.concat(chunks), request.socket, request.headers[bootHeader])
        .then((answer) => response.writeHead(answer === undefined ? 204 : 200).end(answer))
        .catch((error: Error) => response.writeHead(403).end(error.message));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}

async function stop(server: Server): Promise<void> {
  server.closeAllConnections();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
}

async function threeMembers() {
  const ids = ['a', 'b', 'c'];
  const transports = new Map<string, HttpPeerTransport>();
  const servers = new Map(
    await Promise.all(ids.map(async (id) => [id, await listen(() => transports.get(id))] as const)),
  );
  const members = ids.map((id) => ({ id, url: servers.get(id)?.url ?? '', priority: 1 }));
  for (const self of ids)
    transports.set(
      self,
      new HttpPeerTransport({
        group: 'g',
        self,
        members,
        auth: 'none',
        clock: new SystemClock(),
        bootId: `boot of ${self}`,
      }),
    );
  const kill = async (id: string): Promise<void> => {
    await stop(servers.get(id)?.server as Server);
    await transports.get(id)?.close();
  };
  const dispose = async (): Promise<void> => {
    for (const id of ids) await kill(id);
  };
  return { transports, kill, dispose, members };
}

describePeerTransport('HttpPeerTransport', threeMembers);

describe('HttpPeerTransport', () => {
  const heartbeat = (from: string, to: string): Buffer =>
    encodeEnvelope({
      from: from as ReplicaId,
      to: to as ReplicaId,
      message: { kind: 'heartbeatRequest', requestId: 1, term: 1 as Term, commitIndex: 0 as LogIndex },
    });

  const refused: [string, Buffer, RegExp][] = [
    ['itself as a sender', heartbeat('a', 'a'), /from "a", which is this replica/],
    ['a message for another member', heartbeat('b', 'c'), /for "c", this is a/],
  ];
  it.each(refused)('refuses %s', async (_, body, why) => {
    const { transports, dispose } = await threeMembers();

    const received = transports.get('a')?.receive(body, undefined);

    await expect(received).rejects.toThrow(WrongPeerError);
    await expect(received).rejects.toThrow(why);
    await dispose();
  });

  it('takes messages of senders it does not know, for its log may be behind, but of no more than a few', async () => {
    const { transports, dispose } = await threeMembers();
    const a = transports.get('a') as HttpPeerTransport;
    const heard: string[] = [];
    a.open({ message: (from) => void heard.push(from), peerGone: () => undefined, dropped: () => undefined });
    const answered = a.receive(heartbeat('z', 'a'), undefined);
    a.send({
      from: 'a' as ReplicaId,
      to: 'z' as ReplicaId,
      message: { kind: 'heartbeatResponse', requestId: 1, term: 1 as Term },
    });

    expect((await answered)?.length).toBeGreaterThan(10);
    expect(heard).toEqual(['z']);
    for (let count = 1; count < 32; count++) void a.receive(heartbeat(`z${count}`, 'a'), undefined);
    await expect(a.receive(heartbeat('one too many', 'a'), undefined)).rejects.toThrow(WrongPeerError);
    await dispose();
  });

  it('reaches members that came later, and those that moved', async () => {
    const { transports, dispose, members } = await threeMembers();
    const d = await listen(() => transports.get('d'));
    const arrived: string[] = [];
    transports.set(
      'd',
      new HttpPeerTransport({
        group: 'g',
        self: 'd',
        members,
        auth: 'none',
        clock: new SystemClock(),
        bootId: 'boot of d',
      }),
    );
    transports
      .get('d')
      ?.open({ message: (from) => void arrived.push(from), peerGone: () => undefined, dropped: () => undefined });
    const a = transports.get('a') as HttpPeerTransport;
    a.open({ message: () => undefined, peerGone: () => undefined, dropped: () => undefined });
    const message = { kind: 'heartbeatRequest', requestId: 1, term: 1 as Term, commitIndex: 0 as LogIndex } as const;

    for (const url of ['http://127.0.0.1:9', d.url]) {
      a.reach([...members, { id: 'd', url }]);
      a.send({ from: 'a' as ReplicaId, to: 'd' as ReplicaId, message });
    }
    while (arrived.length === 0) await new Promise((resolve) => setImmediate(resolve));

    expect(arrived).toEqual(['a']);
    await transports.get('d')?.close();
    await stop(d.server);
    await dispose();
  });

  it('gives up connections on which nothing is answered any more, and makes new ones', async () => {
    const requests: Buffer[] = [];
    const connections = new Set<Socket>();
    const server = createServer((request) => {
      connections.add(request.socket);
      request.on('data', (chunk: Buffer) => requests.push(chunk));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const members = [
      { id: 'a', url: 'http://127.0.0.1:1', priority: 1 },
      { id: 'b', url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, priority: 1 },
    ];
    const clock = new ManualClock();
    const transport = new HttpPeerTransport({
      group: 'g',
      self: 'a',
      members,
      auth: 'none',
      clock,
      bootId: 'boot of a',
      controlTimeoutMs: 1000,
    });
    const beat = (requestId: number): void =>
      transport.send({
        from: 'a' as ReplicaId,
        to: 'b' as ReplicaId,
        message: { kind: 'heartbeatRequest', requestId, term: 1 as Term, commitIndex: 0 as LogIndex },
      });
    const arrived = async (count: number): Promise<void> => {
      while (requests.length < count) await new Promise((resolve) => setImmediate(resolve));
    };

    for (let requestId = 1; requestId <= 5; requestId++) beat(requestId);
    await arrived(2);
    clock.jump(1001);
    beat(6);
    await arrived(3);

    expect(connections.size).toBe(2);
    expect(decodeEnvelope(requests[2] as Buffer).message.requestId).toBe(6);
    await transport.close();
    await stop(server);
  });

  it('signs every call for its receiver', async () => {
    const calls: unknown[] = [];
    const { members, dispose } = await threeMembers();
    const transport = new HttpPeerTransport({
      group: 'g',
      self: 'a',
      members,
      clock: new SystemClock(),
      bootId: 'boot of a',
      auth: {
        sign: ({ method, path, receiver, body }) => ({
          'x-signed': String(calls.push({ method, path, receiver, bytes: body.length })),
        }),
      },
    });
    const envelope: Envelope = {
      from: 'a' as ReplicaId,
      to: 'b' as ReplicaId,
      message: { kind: 'timeoutNowRequest', requestId: 1, term: 1 as Term },
    };

    transport.send(envelope);

    expect(calls).toEqual([
      { method: 'POST', path: '/raft/g/messages', receiver: 'b', bytes: encodeEnvelope(envelope).length },
    ]);
    await transport.close();
    await dispose();
  });

  const foreign: [string, Partial<Envelope>, Partial<Message>][] = [
    ['another member', { from: 'c' as ReplicaId }, {}],
    ['another request', {}, { requestId: 2 }],
    ['no request at all: it is one itself', {}, { kind: 'heartbeatRequest', commitIndex: 0 as LogIndex }],
  ];
  it.each(foreign)('does not take an answer that is of %s', async (_, envelope, message) => {
    const answer = { kind: 'heartbeatResponse', requestId: 1, term: 1 as Term, ...message } as Message;
    const body = encodeEnvelope({ from: 'b' as ReplicaId, to: 'a' as ReplicaId, message: answer, ...envelope });
    const server = createServer((request, response) => {
      request.resume().on('end', () => response.writeHead(200).end(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const urls = ['http://127.0.0.1:1', `http://127.0.0.1:${(server.address() as AddressInfo).port}`];
    const members = ['a', 'b'].map((id, position) => ({ id, url: urls[position] as string, priority: 1 }));
    const clock = new SystemClock();
    const a = new HttpPeerTransport({ group: 'g', self: 'a', members, auth: 'none', clock, bootId: 'boot of a' });
    const taken: Message[] = [];
    const dropped = new Promise<string>((resolve) =>
      a.open({
        message: (_from, each) => {
          taken.push(each);
          resolve('it was taken');
        },
        peerGone: () => undefined,
        dropped: ({ why }) => resolve(why),
      }),
    );

    a.send({
      from: 'a' as ReplicaId,
      to: 'b' as ReplicaId,
      message: { kind: 'heartbeatRequest', requestId: 1, term: 1 as Term, commitIndex: 0 as LogIndex },
    });

    expect(await dropped).toBe('its answer belongs to something else');
    expect(taken).toEqual([]);
    await a.close();
    await stop(server);
  });

  describe('when two processes are one member', () => {
    const found: SecondProcess[] = [];
    const transportOfA = (urlOfB: string): HttpPeerTransport => {
      found.length = 0;
      return new HttpPeerTransport({
        group: 'g',
        self: 'a',
        members: [
          { id: 'a', url: 'http://127.0.0.1:1', priority: 1 },
          { id: 'b', url: urlOfB, priority: 1 },
        ],
        auth: 'none',
        clock: new SystemClock(),
        bootId: 'boot of a',
        onSecondProcess: (second) => found.push(second),
      });
    };
    const receiver = { message: () => undefined, peerGone: () => undefined, dropped: () => undefined };

    it('says so when both call in turns', async () => {
      const a = transportOfA('http://127.0.0.1:1');
      a.open(receiver);

      for (const boot of ['P', 'Q', 'P', 'Q', 'P', 'Q']) void a.receive(heartbeat('b', 'a'), undefined, boot);

      expect(found).toEqual([{ peer: 'b', boots: ['Q', 'P'] }]);
      await a.close();
    });

    it('says so when one answers and the other one calls', async () => {
      const calls: unknown[] = [];
      const server = createServer((request, response) => {
        calls.push(request.headers[bootHeader]);
        request.resume().on('end', () => response.writeHead(204, { [bootHeader]: 'P' }).end());
      });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const a = transportOfA(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
      let answers = 0;
      a.open(receiver);

      for (let requestId = 1; found.length === 0 && answers < 100; requestId++) {
        void a.receive(heartbeat('b', 'a'), undefined, 'Q');
        a.send({
          from: 'a' as ReplicaId,
          to: 'b' as ReplicaId,
          message: { kind: 'heartbeatRequest', requestId, term: 1 as Term, commitIndex: 0 as LogIndex },
        });
        while (calls.length === answers) await new Promise((resolve) => setImmediate(resolve));
        answers = calls.length;
      }

      expect(found).toEqual([{ peer: 'b', boots: expect.arrayContaining(['P', 'Q']) }]);
      expect(new Set(calls)).toEqual(new Set(['boot of a']));
      await a.close();
      await stop(server);
    });
  });
});
