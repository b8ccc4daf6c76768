import type { PeerReceiver, PeerTransport } from '@quorumkit/leader';
import type { Message, ReplicaId } from '@quorumkit/raft';
import type { VirtualProcess } from '../world/virtual-process.js';
import type { Network } from './network.js';

/** The replicas' messages. Lost, late, repeated: the core must live with all of it, more than the port's contract asks. */
export class PeerLinks {
  private readonly receivers = new Map<string, { readonly process: VirtualProcess; readonly receiver: PeerReceiver }>();

  constructor(private readonly network: Network) {}

  transport(process: VirtualProcess): PeerTransport {
    const life = process.life;
    return {
      open: (receiver) => void this.receivers.set(process.name, { process, receiver }),
      send: ({ from, to, message }) => {
        if (process.life !== life) return;
        // Heartbeats would hide the rest.
        if (!message.kind.startsWith('heartbeat'))
          this.network.world.note(() => `${from} → ${to} ${describeMessage(message)}`);
        this.carry(process, to, () => this.receivers.get(to)?.receiver.message(from, message));
        if (this.network.repeats())
          this.carry(process, to, () => this.receivers.get(to)?.receiver.message(from, message));
      },
      close: () => {
        this.receivers.delete(process.name);
        return Promise.resolve();
      },
    };
  }

  /** The process has ended: the others see its connections break, where the network lets them. */
  announceGone(gone: VirtualProcess): void {
    this.receivers.delete(gone.name);
    for (const { process, receiver } of this.receivers.values()) {
      const delay = this.network.transmit(gone, process.name);
      if (delay === undefined) continue;
      this.network.world.schedule(
        this.network.world.now + delay,
        `${gone.name} is gone`,
        () => receiver.peerGone(gone.name as ReplicaId),
        process,
      );
    }
  }

  private carry(from: VirtualProcess, to: string, deliver: () => void): void {
    const { world } = this.network;
    const delay = this.network.transmit(from, to);
    if (delay === undefined) return;
    world.schedule(world.now + delay, 'message', () => {
      const receiver = this.receivers.get(to);
      if (receiver?.process.isAlive === true) world.schedule(world.now, `message to ${to}`, deliver, receiver.process);
    });
  }
}

/** Without the bytes of entries and snapshots. */
function describeMessage(message: Message): string {
  const { kind, term, requestId: _requestId, ...rest } = message;
  const short = JSON.stringify(rest, (name, value: unknown) => {
    if (name === 'entries') return (value as readonly { readonly index: number }[]).map(({ index }) => index);
    return value instanceof Uint8Array ? `${value.length} bytes` : value;
  });
  return `${kind} of term ${term} ${short}`;
}
