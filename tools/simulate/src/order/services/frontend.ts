import { type CoherentCache, type LeaseKeeper, type Load } from '@quorumkit/cache';
import { type CallDesk, createSubscriberInMemory, type HttpAnswer, type HttpCall } from '@quorumkit/cache/testing';
import { type DirectoryPorts, LeaderDirectory } from '@quorumkit/leader';
import { productKey } from '@toystore/protocol/catalog';
import {
  FindOrder,
  type FoundOrder,
  type OrderGroup,
  type OrderOutcome,
  PlaceOrder,
} from '@toystore/protocol/frontend';
import { carry } from '../network/calls.js';
import type { VirtualProcess } from '../world/virtual-process.js';
import type { OrderReplica } from './order-replica.js';
import { memberOptions } from './group-host.js';
import type { Service } from './service.js';
import { type Store, timing } from './store.js';

/** A product as a shopper sees it, with the position in the catalog's log that it was read at. */
export interface ProductSeen {
  readonly quantity: number;
  readonly sequence: number;
}

export type ReadAnswer =
  | { readonly kind: 'product'; readonly seen: ProductSeen }
  | { readonly kind: 'absent' }
  | { readonly kind: 'unavailable' };

interface Run {
  readonly cache: CoherentCache;
  readonly lease: LeaseKeeper;
  readonly invalidations: CallDesk;
  readonly directory: LeaderDirectory;
  readonly placeOrder: PlaceOrder;
  readonly findOrder: FindOrder;
}

/** A frontend: coherent cache with a lease from the catalog, leader directory, orders across leader changes. */
export class Frontend implements Service {
  readonly process: VirtualProcess;
  private run: Run | undefined;

  constructor(
    private readonly store: Store,
    readonly name: string,
  ) {
    this.process = store.world.addProcess(name);
  }

  begin(): void {
    const { store, process, name } = this;
    const { catalog } = store;
    const owner = {
      call: (call: HttpCall): Promise<HttpAnswer> => {
        const what = `${call.method} ${call.path}`;
        return carry(store.network, {
          from: process,
          to: catalog.process,
          what,
          deadlineMs: call.timeoutMs,
          serve: () => catalog.subscribers(call),
        });
      },
      close: () => Promise.resolve(),
    };
    const { cache, lease, desk } = createSubscriberInMemory(
      { subscriberId: name, fillTimeoutMs: 500, leaseMarginMs: 20, heartbeatMs: timing.leaseHeartbeatMs, capacity: 2 },
      { scheduler: process.scheduler(), owner },
    );
    const directory = this.directory();
    const group = this.orderGroup(directory);
    const options = { deadlineMs: timing.orderDeadlineMs };
    this.run = {
      cache,
      lease,
      invalidations: desk,
      directory,
      placeOrder: new PlaceOrder(group, options),
      findOrder: new FindOrder(group, options),
    };
    lease.start();
    directory.start();
  }

  lose(): void {
    this.run = undefined;
  }

  /** The owner's DELETE. */
  invalidated(call: HttpCall): HttpAnswer {
    const { run, store, name } = this;
    store.points.reach('DELETE arrived', name);
    return run?.invalidations(call) ?? { status: 503, headers: {}, body: Buffer.from('{}') };
  }

  /** `GET /products/:name`. */
  async read(product: string): Promise<ReadAnswer> {
    const { run } = this;
    if (run === undefined) return { kind: 'unavailable' };
    try {
      const seen = await run.cache.fetch<ProductSeen>(productKey(product), () => this.load(product));
      return seen === undefined ? { kind: 'absent' } : { kind: 'product', seen };
    } catch {
      // The catalog was not reached, in time: the shopper gets a 503.
      return { kind: 'unavailable' };
    }
  }

  /** `POST /orders`. */
  async placeOrder(order: {
    readonly key: string;
    readonly name: string;
    readonly quantity: number;
  }): Promise<OrderOutcome> {
    const { run, store, name } = this;
    if (run === undefined) return { kind: 'no_leader', detail: 'starting', retryAfterMs: undefined };
    store.points.reach('order arrived at frontend', name);
    const { outcome } = await run.placeOrder.execute(order);
    if (outcome.kind === 'placed') store.points.reach('shopper answered', name);
    return outcome;
  }

  /** `GET /orders/:number`. */
  async findOrder(number: number): Promise<FoundOrder> {
    const { run } = this;
    if (run === undefined) return { kind: 'no_leader' };
    return (await run.findOrder.execute(number as Parameters<FindOrder['execute']>[0])).found;
  }

  private async load(product: string): ReturnType<Load<ProductSeen>> {
    const { store, process } = this;
    const answer = await carry(store.network, {
      from: process,
      to: store.catalog.process,
      what: `GET /products/${product}`,
      deadlineMs: 400,
      serve: () => store.catalog.product(product),
    });
    switch (answer.kind) {
      case 'stock': {
        const { quantity, epoch, sequence } = answer.stock;
        return { value: { quantity, sequence }, epoch, sequence };
      }
      case 'absent':
        return { absent: true, epoch: answer.epoch, sequence: answer.sequence };
      case 'unavailable':
        throw new Error(answer.detail);
    }
  }

  private orderGroup(directory: LeaderDirectory): OrderGroup {
    const { store, process, name } = this;
    return {
      call: (fn, options) => directory.call(fn, options),
      replica: (id) => {
        const replica = this.store.replica(id);
        return {
          placeOrder: async (order) => {
            const { deadlineMs, signal } = order;
            const answer = await carry(store.network, {
              from: process,
              to: replica.process,
              what: 'POST /orders',
              mayRepeat: false,
              deadlineMs,
              signal,
              serve: () => replica.placeOrderHere(order),
            });
            if (answer.kind === 'placed') store.points.reach('answer received', name);
            return answer;
          },
          getOrder: (number, { deadlineMs = 1_000, signal } = {}) =>
            carry(store.network, {
              from: process,
              to: replica.process,
              what: `GET /orders/${number}`,
              deadlineMs,
              signal,
              serve: () => replica.findOrderHere(number, deadlineMs),
            }),
        };
      },
      urlOf: (id) => `http://${id}.invalid`,
    };
  }

  private directory(): LeaderDirectory {
    const { store, process } = this;
    const ask = <T>(id: string, what: string, deadlineMs: number, serve: (replica: OrderReplica) => T): Promise<T> => {
      const replica = this.store.replica(id);
      return carry(store.network, {
        from: process,
        to: replica.process,
        what,
        deadlineMs,
        serve: () => serve(replica),
      });
    };
    const calls: DirectoryPorts['calls'] = {
      status: async ({ id }, timeoutMs) => {
        try {
          const status = await ask(id, 'GET /leader/status', timeoutMs, (replica) => replica.status());
          if (status === undefined) return { kind: 'silent', why: 'starting' };
          const { leader, leaderContactAgeMs, ...rest } = status;
          return {
            kind: 'status',
            status: { ...rest, leader: leader?.id, leaderContactAgeMs: leaderContactAgeMs ?? Infinity },
          };
        } catch (error) {
          const isRefused = (error as { readonly definite?: boolean }).definite === true;
          return { kind: isRefused ? 'gone' : 'silent', why: (error as Error).message };
        }
      },
      nominate: async ({ id }, nomination, timeoutMs) => {
        try {
          const why = await ask(id, 'POST /leader/nominations', timeoutMs, (replica) => replica.nominated(nomination));
          return why === undefined ? { kind: 'accepted' } : { kind: 'refused', why };
        } catch (error) {
          return { kind: 'failed', why: (error as Error).message };
        }
      },
      // Believed by nobody: the replica compares it with what it knows itself.
      hint: () => Promise.resolve(undefined),
      close: () => Promise.resolve(),
    };
    const members = store.firstMembers.map(memberOptions);
    const options = {
      group: 'orders',
      members,
      auth: 'none',
      heartbeatIntervalMs: 1_000,
      attemptTimeoutMs: 700,
    } as const;
    return new LeaderDirectory(options, { clock: process.clock(), calls, random: () => process.random.next() });
  }
}
