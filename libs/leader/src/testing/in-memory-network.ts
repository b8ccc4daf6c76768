import type { Envelope, ReplicaId } from '@quorumkit/raft';
import type { Clock } from '../runtime/clock.js';
import type { PeerReceiver, PeerTransport } from '../transport/peer-transport.js';

/**
 * Carries messages between replicas of one process. Asynchronous like a real network; links can be cut, one way or
 * both, and a process can be declared gone.
 */
export class InMemoryNetwork {
  private readonly receivers = new Map<string, PeerReceiver>();
  private readonly cuts = new Set<string>();

  constructor(
    private readonly clock: Clock,
    /** How long a message takes, ms. */
    public delayMs = 0,
  ) {}

  /** What it does not let through is lost. */
  filter: (envelope: Envelope) => boolean = () => true;

  transport(self: string): PeerTransport {
    let own: PeerReceiver | undefined;
    return {
      open: (receiver) => {
        own = receiver;
        this.receivers.set(self, receiver);
      },
      send: (envelope) => {
        if (own !== undefined) this.carry(own, envelope);
      },
      close: () => {
        if (own !== undefined && this.receivers.get(self) === own) this.receivers.delete(self);
        own = undefined;
        return Promise.resolve();
      },
    };
  }

  /** Loses everything from `from` to `to` until `heal`. */
  cut(from: string, to: string): void {
    this.cuts.add(`${from}>${to}`);
  }

  /** Cuts `id` off from everybody, in both directions. */
  isolate(id: string, others: readonly string[]): void {
    for (const other of others) {
      if (other === id) continue;
      this.cut(id, other);
      this.cut(other, id);
    }
  }

  /** Whether a question or its answer would be lost. */
  isCut(from: string, to: string): boolean {
    return this.cuts.has(`${from}>${to}`) || this.cuts.has(`${to}>${from}`);
  }

  heal(): void {
    this.cuts.clear();
  }

  /** The process of `id` has ended: the others see its connections break. */
  announceGone(id: string): void {
    for (const [other, receiver] of [...this.receivers]) {
      if (other !== id && !this.cuts.has(`${id}>${other}`)) receiver.peerGone(id as ReplicaId);
    }
  }

  private carry(sender: PeerReceiver, envelope: Envelope): void {
    const { from, to, message } = envelope;
    if (this.cuts.has(`${from}>${to}`) || !this.filter(envelope)) {
      sender.dropped({ peer: to, messageKind: message.kind, why: 'the link is cut' });
      return;
    }
    const deliver = (): void => {
      const receiver = this.receivers.get(to);
      if (receiver === undefined) sender.dropped({ peer: to, messageKind: message.kind, why: 'nobody listens there' });
      else receiver.message(from, message);
    };
    if (this.delayMs === 0) this.clock.defer(deliver);
    else this.clock.setTimer(this.clock.now() + this.delayMs, deliver);
  }
}
