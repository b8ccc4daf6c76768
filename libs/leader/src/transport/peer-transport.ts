import type { Envelope, Message, ReplicaId } from '@quorumkit/raft';

/**
 * Carries messages between the members of one group. A port: `HttpPeerTransport` is the real one, `InMemoryNetwork`
 * (./testing) the one for tests; both run the conformance suite of `@quorumkit/leader/testing`.
 *
 * Promise: a message arrives unchanged, at most once, from who it says it is from. Append requests to one peer arrive
 * in the order they were sent, and never delay heartbeats or votes.
 * Non-promise: delivery. Anything may be lost; the core retransmits, the transport never does.
 */
export interface PeerTransport {
  /** Called once, before the first `send`. */
  open(receiver: PeerReceiver): void;
  /** Never throws, never blocks, keeps no unbounded queue. */
  send(envelope: Envelope): void;
  /** This request of `from` will not be answered: whoever waits for the answer need not. Default: it waits in vain. */
  ignore?(from: ReplicaId, requestId: number): void;
  /** Ends connections; nothing is received afterwards. */
  close(): Promise<void>;
}

export interface PeerReceiver {
  message(from: ReplicaId, message: Message): void;
  /** The process of `peer` is gone: its port refuses connections. */
  peerGone(peer: ReplicaId): void;
  /** A message was not sent or not understood. For traces and metrics. */
  dropped(event: { readonly peer: string; readonly messageKind: string; readonly why: string }): void;
}
