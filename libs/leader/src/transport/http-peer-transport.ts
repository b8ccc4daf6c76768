import type { Socket } from 'node:net';
import type { Envelope, Message, ReplicaId, RequestMessage } from '@quorumkit/raft';
import type { CallAuthenticator } from '../group/call-authenticator.js';
import type { MemberOptions } from '../group/group-options.js';
import type { Clock } from '../runtime/clock.js';
import { AwaitedReplies } from './awaited-replies.js';
import { decodeEnvelope, encodeEnvelope } from './message-codec.js';
import { PeerLane } from './peer-lane.js';
import { bootHeader, PeerProcesses, type SecondProcess } from './peer-processes.js';
import type { PeerReceiver, PeerTransport } from './peer-transport.js';
import { type ProbeResult, probeProcess } from './process-probe.js';

export interface HttpPeerTransportOptions {
  readonly group: string;
  readonly self: string;
  readonly members: readonly MemberOptions[];
  readonly auth: CallAuthenticator | 'none';
  readonly clock: Clock;
  /** Of this start of this process; another one after each start. */
  readonly bootId: string;
  /** Told when two processes speak under one member id. */
  readonly onSecondProcess?: (found: SecondProcess) => void;
  /** Heartbeats, votes and hand-overs on their way to one peer. Default 4. */
  readonly controlInFlightMax?: number;
  /** Appends and snapshot chunks on their way to one peer. Default 4. */
  readonly dataInFlightMax?: number;
  /** Default 1000 ms. */
  readonly controlTimeoutMs?: number;
  /** Default 5000 ms: a follower answers an append only after its fsync. */
  readonly dataTimeoutMs?: number;
}

/** The sender or receiver that a message names is not what it should be. Nothing was acted upon. HTTP 403. */
export class WrongPeerError extends Error {
  override readonly name = 'WrongPeerError';
  readonly code = 'WRONG_PEER';
  readonly definite = true;
}

interface Peer {
  readonly id: ReplicaId;
  readonly url: string;
  /** Apart from the data lane, so that a large append never delays a heartbeat. */
  readonly control: PeerLane;
  readonly data: PeerLane;
  readonly awaited: AwaitedReplies;
  /** The newest heartbeat, while the control lane is full. */
  parked: Envelope | undefined;
  probing: Promise<void> | undefined;
  readonly watched: WeakSet<Socket>;
}

const heartbeatsInFlightMax = 2;
const strangersMax = 32;
const answerBytesMax = 64 * 1024;

/**
 * Peer messages as `POST /raft/:group/messages` on kept-alive connections; the answer to a request message is the
 * HTTP response's body. The host application's listener hands incoming calls to `receive`.
 *
 * A connection from or to a peer that breaks makes it ask that peer's port; refused means that the process is gone.
 * This is what makes a killed leader known within milliseconds.
 */
export class HttpPeerTransport implements PeerTransport {
  private readonly peers: Map<string, Peer>;
  /** Who has called and is no member as far as is known here: this replica's log may be behind the group's changes. */
  private readonly strangers = new Map<string, AwaitedReplies>();
  private readonly path: string;
  private readonly processes: PeerProcesses;
  private receiver: PeerReceiver | undefined;
  private closed = false;

  constructor(
    private readonly options: HttpPeerTransportOptions,
    private readonly probe: (url: string) => Promise<ProbeResult> = probeProcess,
  ) {
    this.path = `/raft/${options.group}/messages`;
    this.processes = new PeerProcesses(() => options.clock.now());
    this.peers = new Map(
      options.members.filter(({ id }) => id !== options.self).map((member) => [member.id, this.newPeer(member)]),
    );
  }

  open(receiver: PeerReceiver): void {
    this.receiver = receiver;
  }

  /** These are the members from now on. One that left is still reached: it has to be told. */
  reach(members: readonly { readonly id: string; readonly url: string }[]): void {
    for (const { id, url } of members) {
      const known = this.peers.get(id);
      if (id === this.options.self || url === '' || known?.url === url || this.closed) continue;
      this.peers.set(id, this.newPeer({ id, url }));
      if (known === undefined) continue;
      known.awaited.answerAllWithNothing();
      void Promise.all([known.control.close(), known.data.close()]);
    }
  }

  send(envelope: Envelope): void {
    const peer = this.peers.get(envelope.to);
    const { message } = envelope;
    if (this.closed) this.drop(envelope, 'the transport is closed');
    else if (!isRequest(message)) this.sendAnswer(envelope, message.requestId);
    else if (peer === undefined) this.drop(envelope, 'it is not a member of the group');
    else this.sendRequest(peer, envelope, message);
  }

  ignore(from: ReplicaId, requestId: number): void {
    this.answer(from, requestId, undefined);
  }

  /**
   * Takes the body of one incoming call. Resolves with the body of the answer, or undefined where there is none.
   *
   * @param boot what the call's `x-leader-boot` says
   * @throws MalformedMessageError, WrongPeerError
   */
  async receive(body: Buffer, socket: Socket | undefined, boot?: unknown): Promise<Buffer | undefined> {
    const { from, to, message } = decodeEnvelope(body);
    const peer = this.peers.get(from);
    if (from === this.options.self)
      throw new WrongPeerError(
        `The message says that it is from ${JSON.stringify(from)}, which is this replica. Have two processes one nodeId?`,
      );
    if (to !== this.options.self)
      throw new WrongPeerError(
        `The message is for ${JSON.stringify(to)}, this is ${this.options.self}. Are the members' URLs right?`,
      );
    if (!isRequest(message)) throw new WrongPeerError(`A ${message.kind} answers a call, it is not one.`);
    if (this.receiver === undefined || this.closed) return undefined;
    this.heard(from, boot);
    if (socket !== undefined && peer !== undefined) this.watch(peer, socket);
    const answer = (peer?.awaited ?? this.strangersReplies(from)).expect(message.requestId);
    this.receiver.message(from, message);
    return answer;
  }

  async close(): Promise<void> {
    this.closed = true;
    for (const { awaited } of this.peers.values()) awaited.answerAllWithNothing();
    for (const awaited of this.strangers.values()) awaited.answerAllWithNothing();
    await Promise.all([...this.peers.values()].flatMap(({ control, data }) => [control.close(), data.close()]));
  }

  private sendAnswer(envelope: Envelope, requestId: number): void {
    if (!this.answer(envelope.to, requestId, encodeEnvelope(envelope)))
      this.drop(envelope, 'nobody waits for this answer any more');
  }

  private answer(to: string, requestId: number, body: Buffer | undefined): boolean {
    const waits = this.peers.get(to)?.awaited.answer(requestId, body) ?? false;
    return waits || (this.strangers.get(to)?.answer(requestId, body) ?? false);
  }

  /** Whether a stranger is to be believed is the core's affair (dissertation §4.1); how many there may be is not. */
  private strangersReplies(from: string): AwaitedReplies {
    const known = this.strangers.get(from);
    if (known !== undefined) return known;
    if (this.strangers.size >= strangersMax)
      throw new WrongPeerError(
        `${JSON.stringify(from)} is not a member of group ${this.options.group}, and ${strangersMax} others that are none have called. Are the member lists equal?`,
      );
    const awaited = this.newReplies();
    this.strangers.set(from, awaited);
    return awaited;
  }

  private newReplies(): AwaitedReplies {
    return new AwaitedReplies({ countMax: 256, patienceMs: 30_000 }, () => this.options.clock.now());
  }

  private newPeer(member: { readonly id: string; readonly url: string }): Peer {
    const { options } = this;
    const now = (): number => options.clock.now();
    const lane = { baseUrl: member.url, path: this.path, connectTimeoutMs: 1000, answerBytesMax, now };
    const { controlInFlightMax = 4, dataInFlightMax = 4, controlTimeoutMs = 1000, dataTimeoutMs = 5000 } = options;
    return {
      id: member.id as ReplicaId,
      url: member.url,
      control: new PeerLane({ ...lane, inFlightMax: controlInFlightMax, requestTimeoutMs: controlTimeoutMs }),
      data: new PeerLane({ ...lane, inFlightMax: dataInFlightMax, requestTimeoutMs: dataTimeoutMs }),
      awaited: this.newReplies(),
      parked: undefined,
      probing: undefined,
      watched: new WeakSet(),
    };
  }

  private sendRequest(peer: Peer, envelope: Envelope, message: RequestMessage): void {
    peer.control.giveUpWhenStuck();
    peer.data.giveUpWhenStuck();
    if (message.kind === 'appendRequest' || message.kind === 'snapshotRequest') {
      if (peer.data.isFull) this.drop(envelope, 'as many appends as are allowed are on their way');
      else this.post(peer, peer.data, envelope);
    } else if (message.kind === 'heartbeatRequest' && peer.control.inFlight >= heartbeatsInFlightMax) {
      // A later heartbeat says everything that an earlier one said.
      this.replaceParked(peer, envelope);
    } else if (peer.control.isFull) {
      this.drop(envelope, 'as many control messages as are allowed are on their way');
    } else {
      if (message.kind === 'heartbeatRequest') this.replaceParked(peer, undefined);
      this.post(peer, peer.control, envelope);
    }
  }

  private replaceParked(peer: Peer, newer: Envelope | undefined): void {
    if (peer.parked !== undefined) this.drop(peer.parked, 'a newer heartbeat took its place');
    peer.parked = newer;
  }

  private post(peer: Peer, lane: PeerLane, envelope: Envelope): void {
    const body = encodeEnvelope(envelope);
    const { auth } = this.options;
    const signature =
      auth === 'none' ? undefined : auth.sign({ method: 'POST', path: this.path, receiver: peer.id, body });
    lane.post(
      body,
      { 'content-type': 'application/octet-stream', [bootHeader]: this.options.bootId, ...signature },
      {
        answered: (status, answer, boot) => {
          this.unpark(peer);
          this.heard(peer.id, boot);
          this.answered(peer, envelope, status, answer);
        },
        failed: (error) => {
          this.unpark(peer);
          this.failed(peer, envelope, error);
        },
      },
    );
  }

  private unpark(peer: Peer): void {
    const { parked } = peer;
    if (parked === undefined || this.closed || peer.control.inFlight >= heartbeatsInFlightMax) return;
    peer.parked = undefined;
    this.post(peer, peer.control, parked);
  }

  private answered(peer: Peer, request: Envelope, status: number, body: Buffer): void {
    if (this.closed || status === 204) return;
    if (status !== 200) {
      this.drop(request, `${peer.id} answered ${status}: ${body.toString('utf8', 0, 200)}`);
      return;
    }
    try {
      const { from, message } = decodeEnvelope(body);
      if (from !== peer.id || isRequest(message) || message.requestId !== request.message.requestId)
        this.drop(request, 'its answer belongs to something else');
      else this.receiver?.message(from, message);
    } catch (error) {
      this.drop(request, (error as Error).message);
    }
  }

  private failed(peer: Peer, request: Envelope, error: NodeJS.ErrnoException): void {
    if (this.closed) return;
    this.drop(request, error.message);
    if (error.code === 'ECONNREFUSED') this.receiver?.peerGone(peer.id);
    else this.suspect(peer);
  }

  private heard(from: string, boot: unknown): void {
    const found = this.processes.heard(from, boot);
    if (found !== undefined) this.options.onSecondProcess?.(found);
  }

  private watch(peer: Peer, socket: Socket): void {
    if (peer.watched.has(socket)) return;
    peer.watched.add(socket);
    socket.once('close', () => this.suspect(peer));
  }

  /** A connection broke: asks the port, once at a time. */
  private suspect(peer: Peer): void {
    if (this.closed) return;
    peer.probing ??= this.probe(peer.url)
      .then((result) => {
        if (result === 'gone' && !this.closed) this.receiver?.peerGone(peer.id);
      })
      .finally(() => (peer.probing = undefined));
  }

  private drop(envelope: Envelope, why: string): void {
    this.receiver?.dropped({ peer: envelope.to, messageKind: envelope.message.kind, why });
  }
}

function isRequest(message: Message): message is RequestMessage {
  return message.kind.endsWith('Request');
}
