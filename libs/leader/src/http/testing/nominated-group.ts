import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type INestApplication, Module } from '@nestjs/common';
import { type AbstractHttpAdapter, NestFactory } from '@nestjs/core';
import type { Election } from '../../election/election.js';
import type { MemberOptions } from '../../group/group-options.js';
import { raft } from '../../group/raft-engine.js';
import { LeaderModule } from '../../leader.module.js';
import type { ReplicatedLog } from '../../replicated-log/replicated-log.js';
import { ReplicatedStateMachine } from '../../replicated-log/replicated-state-machine.decorator.js';
import type { CommittedEntry, StateMachine } from '../../replicated-log/state-machine.js';
import { SystemClock, type Timer } from '../../runtime/clock.js';
import { electionToken, replicatedLogToken } from '../../tokens.js';
import type { PeerTransport } from '../../transport/peer-transport.js';

/** What `until` waits for at most, and so what a test takes, is less: nobody campaigns of its own accord meanwhile. */
const electionTimeoutMs = [60_000, 90_000] as const;
const limitMs = 30_000;

@ReplicatedStateMachine('counter')
class Counter implements StateMachine<number, number> {
  total = 0;

  apply({ command }: CommittedEntry<number>): number {
    return (this.total += command);
  }

  snapshot(): number {
    return this.total;
  }

  restore(snapshot: unknown): void {
    this.total = snapshot as number;
  }
}

/** Time that has passed for one member only; what it waits for is not due any sooner. */
class AheadClock extends SystemClock {
  private aheadMs = 0;

  override now(): number {
    return super.now() + this.aheadMs;
  }

  override setTimer(at: number, fire: () => void): Timer {
    return super.setTimer(at - this.aheadMs, fire);
  }

  jump(ms: number): void {
    this.aheadMs += ms;
  }
}

export interface GroupSettings {
  /** A leader that was heard within two of them is believed to live. */
  readonly heartbeatIntervalMs: number;
  /** Of one member. */
  readonly adapter: () => AbstractHttpAdapter;
}

/** What a member answers to a nomination. */
export interface NominationAnswer {
  readonly id: string;
  readonly accepted: boolean;
  readonly why: string | null;
  readonly term: number;
  readonly role: string;
  readonly leader: { readonly id: string } | null;
}

export class NominatedMember {
  /** Kinds of the peer messages that it has sent. */
  readonly sent = new Set<string>();
  readonly clock = new AheadClock();
  /** What it died of; empty in a healthy run. */
  readonly fatalErrors: Error[] = [];
  private app: INestApplication | undefined;

  constructor(
    readonly options: MemberOptions,
    private readonly members: readonly MemberOptions[],
    private readonly settings: GroupSettings & { readonly dataDir: string; readonly silenced: ReadonlySet<string> },
  ) {}

  get id(): string {
    return this.options.id;
  }

  get election(): Election {
    return this.running.get<Election>(electionToken('counter'));
  }

  get log(): ReplicatedLog<number, number> {
    return this.running.get<ReplicatedLog<number, number>>(replicatedLogToken('counter'));
  }

  async nominate(observedTerm: number, nominee: string): Promise<NominationAnswer> {
    const response = await this.post({ observedTerm, nominee });
    return (await response.json()) as NominationAnswer;
  }

  post(nomination: object): Promise<Response> {
    return fetch(`${this.options.url}/leader/nominations`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(nomination),
    });
  }

  async start(): Promise<void> {
    const { dataDir, heartbeatIntervalMs, adapter } = this.settings;
    const group = {
      name: 'counter',
      nodeId: this.id,
      members: this.members,
      dataDir: join(dataDir, this.id),
      auth: 'none',
      electionTimeoutMs,
      heartbeatIntervalMs,
      clock: this.clock,
      // A higher priority would take over in the middle of a test.
      engine: raft({ priorityTakeoverStableMs: 0, retransmitAfterMs: 2 * heartbeatIntervalMs }),
      decorate: { transport: (real: PeerTransport) => this.watched(real) },
    } as const;
    const onFatal = (error: Error): void => void this.fatalErrors.push(error);
    const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };

    @Module({
      imports: [LeaderModule.forRoot({ groups: [group], metrics: false, logger: silent, onFatal })],
      providers: [Counter],
    })
    class MemberModule {}

    this.app = await NestFactory.create(MemberModule, adapter(), { logger: false, rawBody: true });
    await this.app.listen(Number(new URL(this.options.url).port), '127.0.0.1');
  }

  async stop(): Promise<void> {
    await this.app?.close();
  }

  private get running(): INestApplication {
    if (this.app === undefined) throw new Error(`${this.id} has not been started`);
    return this.app;
  }

  private isSilencedWith(peer: string): boolean {
    return this.settings.silenced.has(this.id) || this.settings.silenced.has(peer);
  }

  private watched(real: PeerTransport): PeerTransport {
    return {
      open: (receiver) =>
        real.open({
          message: (from, message) => {
            if (!this.isSilencedWith(from)) receiver.message(from, message);
          },
          peerGone: (peer) => receiver.peerGone(peer),
          dropped: (event) => receiver.dropped(event),
        }),
      send: (envelope) => {
        this.sent.add(envelope.message.kind);
        if (!this.isSilencedWith(envelope.to)) real.send(envelope);
      },
      ignore: (from, requestId) => real.ignore?.(from, requestId),
      close: () => real.close(),
    };
  }
}

/** Three members over loopback HTTP, of priorities 1, 2, 3. */
export class NominatedGroup {
  private constructor(
    readonly members: readonly NominatedMember[],
    private readonly dataDir: string,
    /** Members that no peer hears and that hear no peer, though no connection breaks: as if they were paused. */
    readonly silenced: Set<string>,
  ) {}

  static async start(settings: GroupSettings): Promise<NominatedGroup> {
    const dataDir = await mkdtemp(join(tmpdir(), 'nominations-'));
    const options = await Promise.all(
      [1, 2, 3].map(async (priority) => ({ id: `n${priority}`, url: await freeUrl(), priority })),
    );
    const silenced = new Set<string>();
    const members = options.map((member) => new NominatedMember(member, options, { ...settings, dataDir, silenced }));
    await Promise.all(members.map((member) => member.start()));
    const group = new NominatedGroup(members, dataDir, silenced);
    await until('all to take part', () => members.every(({ election }) => election.state().role !== 'stopped'));
    return group;
  }

  async stop(): Promise<void> {
    await Promise.all(this.members.map((member) => member.stop()));
    await rm(this.dataDir, { recursive: true });
  }

  member(id: string): NominatedMember {
    const member = this.members.find((candidate) => candidate.id === id);
    if (member === undefined) throw new RangeError(`there is no member ${id}`);
    return member;
  }

  /** The one in office, when all who can hear it follow it. */
  leader(among = this.members): NominatedMember | undefined {
    const leader = among.find(({ election }) => election.state().inOffice);
    const { term } = leader?.election.state() ?? {};
    const follow = ({ election }: NominatedMember): boolean =>
      election.state().leader === leader?.id && election.state().term === term;
    return leader !== undefined && among.every(follow) ? leader : undefined;
  }
}

async function freeUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return `http://127.0.0.1:${port}`;
}

export async function until(what: string, holds: () => boolean): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!holds()) {
    if (performance.now() > deadline) throw new Error(`waited ${limitMs} ms for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
