import type { Attempt, CallOptions, Leader, LeaderDirectory, MemberOptions } from '@quorumkit/leader';
import { type CallSigner, type HttpTransport, OrderClient, UndiciTransport } from '@toystore/contracts';
import type { OrderGroup, OrderReplica } from '@toystore/protocol/frontend';

export interface DirectoryOrderGroupOptions {
  readonly members: readonly MemberOptions[];
  readonly sign: CallSigner;
  /** Most connections to one replica; orders beyond them wait for one, within their deadline. */
  readonly connectionsPerReplica: number;
}

/** The order replicas, over kept-alive connections of their own: an invalidation never waits behind an order. */
export class DirectoryOrderGroup implements OrderGroup {
  readonly #directory: LeaderDirectory;
  readonly #urls: ReadonlyMap<string, string>;
  readonly #transports: HttpTransport[] = [];
  readonly #replicas = new Map<string, OrderReplica>();

  constructor(directory: LeaderDirectory, { members, sign, connectionsPerReplica }: DirectoryOrderGroupOptions) {
    this.#directory = directory;
    this.#urls = new Map(members.map(({ id, url }) => [id, url]));
    for (const { id, url } of members) {
      const transport = new UndiciTransport({ baseUrl: url, receiver: id, sign, connections: connectionsPerReplica });
      this.#transports.push(transport);
      this.#replicas.set(id, new OrderClient(transport, id));
    }
  }

  call<T>(fn: (leader: Leader, attempt: Attempt) => Promise<T>, options?: CallOptions): Promise<T> {
    return this.#directory.call(fn, options);
  }

  replica(id: string): OrderReplica {
    const replica = this.#replicas.get(id);
    if (!replica)
      throw new Error(
        `'${id}' is not a member of the order group; its members are ${[...this.#replicas.keys()].join(', ')}.`,
      );
    return replica;
  }

  urlOf(id: string): string | undefined {
    return this.#urls.get(id);
  }

  async close(): Promise<void> {
    await Promise.all(this.#transports.map((transport) => transport.close()));
  }
}
