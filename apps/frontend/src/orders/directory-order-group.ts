import type { Attempt, CallOptions, Leader, LeaderDirectory } from '@quorumkit/leader';
import { type CallSigner, type HttpTransport, OrderClient, UndiciTransport } from '@toystore/contracts';
import type { OrderGroup, OrderReplica } from '@toystore/protocol/frontend';

export interface DirectoryOrderGroupOptions {
  readonly sign: CallSigner;
  /** Most connections to one replica; orders beyond them wait for one, within their deadline. */
  readonly connectionsPerReplica: number;
}

interface Connected {
  readonly url: string;
  readonly transport: HttpTransport;
  readonly replica: OrderReplica;
}

/** More than a group has voters (15), so whoever may lead next is still connected. */
const replicasMax = 16;

/**
 * The order replicas, over kept-alive connections of their own: an invalidation never waits behind an order. Who they
 * are is the directory's knowledge: a replica may lead that joined the group while this process was running.
 */
export class DirectoryOrderGroup implements OrderGroup {
  readonly #directory: Pick<LeaderDirectory, 'call' | 'members'>;
  readonly #options: DirectoryOrderGroupOptions;
  /** By id; the one that was asked least recently comes first. */
  readonly #connected = new Map<string, Connected>();

  constructor(directory: Pick<LeaderDirectory, 'call' | 'members'>, options: DirectoryOrderGroupOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  call<T>(fn: (leader: Leader, attempt: Attempt) => Promise<T>, options?: CallOptions): Promise<T> {
    return this.#directory.call((leader, attempt) => {
      this.#connect(leader);
      return fn(leader, attempt);
    }, options);
  }

  replica(id: string): OrderReplica {
    const connected = this.#connected.get(id);
    if (connected) return connected.replica;
    const member = this.#directory.members().find((candidate) => candidate.id === id);
    if (member) return this.#connect(member).replica;
    const ids = this.#directory.members().map((candidate) => candidate.id);
    throw new Error(`'${id}' is not a member of the order group; its members are ${ids.join(', ')}.`);
  }

  urlOf(id: string): string | undefined {
    return this.#directory.members().find((member) => member.id === id)?.url;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#connected.values()].map(({ transport }) => transport.close()));
  }

  #connect({ id, url }: { readonly id: string; readonly url: string }): Connected {
    const existing = this.#connected.get(id);
    this.#connected.delete(id);
    if (existing !== undefined && existing.url !== url) void existing.transport.close();
    const connected = existing?.url === url ? existing : this.#newConnection(id, url);
    this.#connected.set(id, connected);
    for (const [oldest, { transport }] of this.#connected) {
      if (this.#connected.size <= replicasMax) break;
      this.#connected.delete(oldest);
      void transport.close();
    }
    return connected;
  }

  #newConnection(id: string, url: string): Connected {
    const { sign, connectionsPerReplica } = this.#options;
    const transport = new UndiciTransport({ baseUrl: url, receiver: id, sign, connections: connectionsPerReplica });
    return { url, transport, replica: new OrderClient(transport, id) };
  }
}
