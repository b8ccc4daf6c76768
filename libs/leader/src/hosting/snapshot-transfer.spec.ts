import { mkdtemp, rm } from 'node:fs/promises';
import { type Server as HttpServer, createServer as createHttpServer } from 'node:http';
import { type AddressInfo, type Server, type Socket, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Envelope } from '@quorumkit/raft';
import { raft } from '../group/raft-engine.js';
import type { CommittedEntry, StateMachine } from '../replicated-log/state-machine.js';
import type { PeerTransport } from '../transport/peer-transport.js';
import { HostedGroup } from './hosted-group.js';

// A machine may stall for seconds; what is waited for has deadlines of its own.
jest.setTimeout(150_000);

const chunkBytes = 4096;
const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).reverse()) await cleanUp();
});

class Notes implements StateMachine<string, number> {
  notes: string[] = [];

  apply({ command }: CommittedEntry<string>): number {
    return this.notes.push(command);
  }

  snapshot(): unknown {
    return this.notes;
  }

  restore(snapshot: unknown): void {
    this.notes = [...(snapshot as string[])];
  }
}

/** A member's address, whatever port its process has; what goes through it can be cut. */
class Doorway {
  isCut = false;
  target: number | undefined;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: Server) {}

  static async open(): Promise<Doorway> {
    const server = createServer();
    const doorway = new Doorway(server);
    server.on('connection', (socket) => doorway.connect(socket));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return doorway;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private connect(outside: Socket): void {
    if (this.isCut || this.target === undefined) {
      outside.destroy();
      return;
    }
    const inside = connect(this.target, '127.0.0.1');
    for (const [socket, other] of [
      [outside, inside],
      [inside, outside],
    ] as const) {
      this.sockets.add(socket);
      socket.pipe(other);
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        other.destroy();
      });
    }
  }
}

interface Member {
  readonly group: HostedGroup;
  readonly notes: Notes;
  stop(): Promise<void>;
}

/** Three members on files and HTTP, of which the third is not started yet; the leader has a snapshot of many chunks. */
async function setUp() {
  const folder = await mkdtemp(join(tmpdir(), 'snapshot-transfer-'));
  cleanUps.push(() => rm(folder, { recursive: true }));
  const ids = ['r1', 'r2', 'r3'];
  const doorways = new Map(await Promise.all(ids.map(async (id) => [id, await Doorway.open()] as const)));
  for (const doorway of doorways.values()) cleanUps.push(() => doorway.close());
  const members = ids.map((id, position) => ({ id, url: doorways.get(id)?.url ?? '', priority: 3 - position }));
  /** Called with each chunk that leaves for r3. */
  const watch = { sending: (_offset: number): void => undefined };
  const watched = (real: PeerTransport): PeerTransport => ({
    open: (receiver) => real.open(receiver),
    send: (envelope: Envelope) => {
      if (envelope.to === ('r3' as string) && envelope.message.kind === 'snapshotRequest')
        watch.sending(envelope.message.offset);
      real.send(envelope);
    },
    ignore: (from, requestId) => real.ignore?.(from, requestId),
    close: () => real.close(),
  });

  const start = async (id: string): Promise<Member> => {
    const group = new HostedGroup({
      name: 'g',
      nodeId: id,
      members,
      dataDir: join(folder, id),
      auth: 'none',
      firstStart: 'assumeNew',
      // Leadership is passed by nomination only: a machine that stalls for seconds must not change the leader.
      electionTimeoutMs: [20_000, 30_000],
      engine: raft({ snapshotChunkBytes: chunkBytes, trailingEntries: 0, priorityTakeoverStableMs: 0 }),
      limits: { snapshotEveryEntries: 200 },
      decorate: { transport: watched },
    });
    const server = await listen(group);
    (doorways.get(id) as Doorway).target = (server.address() as AddressInfo).port;
    const notes = new Notes();
    const fail = (error: Error): void => expect(error).toBeUndefined();
    await group.start({
      stateMachine: notes,
      hooks: { elected: async () => undefined, deposed: async () => undefined },
      observer: {},
      onFatal: fail,
    });
    group.replica?.openOffice();
    let stopped: Promise<void> | undefined;
    const stop = (): Promise<void> => (stopped ??= stopMember(group, server));
    cleanUps.push(stop);
    return { group, notes, stop };
  };

  const leader = await start('r1');
  await start('r2');
  leader.group.election.nominate();
  await until('r1 to lead', () => leader.group.election.state().inOffice);
  await Promise.all(Array.from({ length: 400 }, (_, count) => leader.group.log.propose(`${count}`.padEnd(1000, '.'))));
  await until('the log to be compacted', () => (leader.group.replica?.running.status().firstLogIndex ?? 0) > 1);
  return { leader, start, watch, toR3: doorways.get('r3') as Doorway };
}

async function listen(group: HostedGroup): Promise<HttpServer> {
  const server = createHttpServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const received = group.http?.receive(Buffer.concat(chunks), request.socket) ?? Promise.resolve(undefined);
      received
        .then((answer) => response.writeHead(answer === undefined ? 204 : 200).end(answer))
        .catch((error: Error) => response.writeHead(403).end(error.message));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function stopMember(group: HostedGroup, server: HttpServer): Promise<void> {
  await group.stop();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

async function until(what: string, condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 60_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`waited 60 s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const isCaughtUp = (follower: Member, leader: Member): boolean =>
  follower.notes.notes.length === leader.notes.notes.length;

describe('a snapshot on its way over HTTP', () => {
  it('goes on where it was when the connection is cut in the middle and comes back', async () => {
    const { leader, start, watch, toR3 } = await setUp();
    const cutAt = 10 * chunkBytes;
    const before: number[] = [];
    const whileCut: number[] = [];
    const after: number[] = [];
    watch.sending = (offset) => {
      if (offset === cutAt && before.at(-1) !== cutAt) toR3.cut();
      (toR3.isCut ? whileCut : whileCut.length > 0 ? after : before).push(offset);
      // It has noticed and tried again: now the way is free.
      if (whileCut.length === 3) toR3.isCut = false;
    };

    const follower = await start('r3');
    await until('the snapshot to be installed', () => isCaughtUp(follower, leader));

    expect(before.at(-1)).toBe(cutAt - chunkBytes);
    expect(whileCut).toEqual([cutAt, cutAt, cutAt]);
    expect(Math.min(...after)).toBeGreaterThanOrEqual(cutAt);
    expect(after.length).toBeGreaterThan(10);
    expect(follower.notes.notes).toEqual(leader.notes.notes);

    await follower.stop();
    const restarted = await start('r3');
    await until('what it stored to be read', () => isCaughtUp(restarted, leader));
    expect(restarted.notes.notes).toEqual(leader.notes.notes);
  });

  it('begins again when its receiver was restarted in the middle: unfinished ones are not kept', async () => {
    const { leader, start, watch, toR3 } = await setUp();
    const cutAt = 10 * chunkBytes;
    const after: number[] = [];
    let isRestarted = false;
    watch.sending = (offset) => {
      if (offset === cutAt && !isRestarted) toR3.cut();
      if (isRestarted) after.push(offset);
    };
    const first = await start('r3');
    await until('a third of it to be sent', () => toR3.isCut);

    await first.stop();
    const second = await start('r3');
    isRestarted = true;
    toR3.isCut = false;
    await until('the snapshot to be installed', () => isCaughtUp(second, leader));

    expect(after.filter((offset) => offset === 0).length).toBeGreaterThan(0);
    expect(second.notes.notes).toEqual(leader.notes.notes);
  });
});
