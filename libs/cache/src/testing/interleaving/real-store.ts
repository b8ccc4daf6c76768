import 'reflect-metadata';

import { HttpException, type CallHandler, type ExecutionContext } from '@nestjs/common';
import { Reflector, type HttpAdapterHost } from '@nestjs/core';
import { defer, lastValueFrom } from 'rxjs';

import type { CoherenceRules } from '../../core/coherence-rules.js';
import type { OwnerRules } from '../../core/owner-rules.js';
import type { Version } from '../../core/version.js';
import { Cached } from '../../serving/cached.decorator.js';
import { CacheInterceptor } from '../../serving/cache.interceptor.js';
import { absent, versioned, type CachedResult } from '../../serving/loaded.js';
import { formatMinimumVersion } from '../../serving/minimum-version.js';
import { createPublisherInMemory, createSubscriberInMemory, type CallDesk } from '../callers-in-memory.js';
import { InMemoryLeaseRecord } from '../describe-lease-record.js';
import { ManualScheduler, settled } from '../manual-scheduler.js';
import { PooledNetwork } from './pooled-network.js';
import { Revisions } from './revisions.js';

const limits = { capacity: 2, floorsMax: 2, negativeCapacity: 2, mutationsWaitingMax: 50 } as const;
const renewGuardMs = 250;
const longestLeaseMs = 2_000;
const keyOf = (name: string): `${string}/${string}` => `products/${name}`;

/** The handler of a cached route: all that the interceptor sees of it is what `@Cached` has noted. */
class Products {
  @Cached({ key: ({ name }) => `products/${name}` })
  product(): CachedResult {
    throw new Error('the store answers in its place');
  }
}
const handler = Products.prototype.product;

/** A change that somebody has made: the revision outside, the version that the owner told. */
interface OwnChange {
  readonly name: string;
  readonly revision: number;
  readonly version: Version;
}

interface OwnerLife {
  readonly epoch: number;
  readonly publisher: ReturnType<typeof createPublisherInMemory>['publisher'];
  readonly desk: CallDesk;
  sequence: number;
}

interface FrontendLife {
  readonly name: string;
  readonly subscriber: ReturnType<typeof createSubscriberInMemory>;
  readonly interceptor: CacheInterceptor;
  dead: boolean;
}

/** How the service around the publisher may be wrong. */
export type ServiceFlaw = 'version at send' | 'DELETE before commit' | 'no epochs';

/** Rules that the model checks take away. */
export interface ChangedRules {
  readonly frontend?: Partial<CoherenceRules>;
  readonly owner?: Partial<OwnerRules>;
  readonly service?: ServiceFlaw;
}

/**
 * The real publisher, ledger, lease keepers, handlers, load desks and interceptors over a network whose messages arrive
 * when they are told to. Whoever drives it decides what happens next; what is shown is checked against `Revisions`.
 */
export class RealStore {
  readonly scheduler = new ManualScheduler();
  readonly network = new PooledNetwork(this.scheduler);
  readonly broken: string[] = [];
  reads = 0;
  private readonly revisions = new Revisions();
  private readonly leases = new InMemoryLeaseRecord();
  private readonly revisionAt = new Map<string, number>();
  private readonly frontends = new Map<string, FrontendLife>();
  private owner: OwnerLife | undefined;
  private lives = 0;
  private own: OwnChange | undefined;

  constructor(private readonly changed: ChangedRules = {}) {}

  async start(): Promise<void> {
    await this.startOwner(longestLeaseMs);
    for (const name of ['f1', 'f2']) this.startFrontend(name);
    await this.quiet();
  }

  /** Everybody has heard of everything, and has a lease. */
  async quiet(): Promise<void> {
    this.network.heal();
    for (let step = 0; step < 12; step += 1) {
      await this.network.calm();
      await this.scheduler.advance(250);
    }
    await this.network.calm();
  }

  sell(names: readonly string[], how: { readonly mode: 'strict' | 'background'; readonly present: boolean }): void {
    const { owner } = this;
    if (owner === undefined) return;
    let revision = 0;
    const commit = () => {
      revision = this.revisions.commit(names, how.present);
      owner.sequence += 1;
      this.revisionAt.set(`${owner.epoch}.${owner.sequence}`, revision);
      return { sequence: owner.sequence, result: undefined };
    };
    const keys = names.map(keyOf);
    const mutate = () => owner.publisher.mutate(keys, commit, { mode: how.mode });
    const mutated =
      this.changed.service === 'DELETE before commit'
        ? owner.publisher.invalidate(keys, owner.sequence + 1, { mode: how.mode }).then(() => commitOnly(owner, commit))
        : mutate();
    mutated.then(
      ({ version, waitedMs }) => {
        if (how.mode === 'strict') this.revisions.acknowledge(names, revision);
        this.own = { name: names[0] as string, revision, version };
        if (waitedMs > longestLeaseMs + renewGuardMs + 1) this.broken.push(`a sale waited ${waitedMs} ms`);
      },
      // The owner has crashed meanwhile: nobody was told anything.
      () => undefined,
    );
  }

  /** @param asBuyer whoever asks has made the latest change that was acknowledged, and says so */
  get(frontendName: string, name: string, { asBuyer = false } = {}): void {
    const frontend = this.frontends.get(frontendName);
    if (frontend === undefined) return;
    const own = asBuyer && this.own?.name === name ? this.own : undefined;
    const owed = Math.max(this.revisions.owed(frontendName, name), own?.revision ?? 0);
    const headers = own === undefined ? {} : { 'min-version': formatMinimumVersion(own.version) };
    const request = { method: 'GET', url: `/products/${name}`, headers, params: { name }, query: {} };
    const next: CallHandler = { handle: () => defer(() => this.readAtOwner(frontend, name)) };
    lastValueFrom(defer(() => frontend.interceptor.intercept(contextOf(request), next))).then(
      (shown) => this.shown(frontend, name, owed, shown),
      (error: unknown) => this.failed(frontend, name, owed, error),
    );
  }

  async restartOwner(leaseMs: number): Promise<void> {
    this.owner?.publisher.onApplicationShutdown();
    this.owner = undefined;
    await settled();
    await this.startOwner(leaseMs);
  }

  async restartFrontend(name: string, how: { readonly crashes: boolean }): Promise<void> {
    const before = this.frontends.get(name);
    if (before !== undefined) {
      before.dead = how.crashes;
      const stopped = before.subscriber.lease.stop();
      if (!how.crashes) {
        await settled();
        await this.scheduler.advance(0);
      }
      stopped.catch(() => undefined);
    }
    this.startFrontend(name);
  }

  checkBounds(): void {
    for (const { name, subscriber } of this.frontends.values()) {
      const { keys, floors, negativeEntries } = subscriber.cache.stats();
      if (keys.length > limits.capacity) this.broken.push(`${name} holds ${keys.join(', ')}`);
      if (floors > limits.floorsMax) this.broken.push(`${name} has ${floors} floors`);
      if (negativeEntries > limits.negativeCapacity) this.broken.push(`${name} has ${negativeEntries} absences`);
    }
    const waiting = this.owner?.publisher.stats().mutationsWaiting ?? 0;
    if (waiting > limits.mutationsWaitingMax) this.broken.push(`${waiting} sales wait`);
  }

  /** After everything has healed, the second request is a hit. */
  async checkRecovery(): Promise<void> {
    await this.quiet();
    for (const name of this.frontends.keys()) {
      const { cache } = (this.frontends.get(name) as FrontendLife).subscriber;
      const hits = () => cache.stats().hits + cache.stats().negativeHits;
      this.get(name, 'tux');
      await settled();
      await this.network.calm();
      const before = hits();
      this.get(name, 'tux');
      await settled();
      if (hits() === before) this.broken.push(`${name} does not use its cache after everything has healed`);
    }
  }

  private async startOwner(leaseMs: number): Promise<void> {
    this.lives += 1;
    const epoch = this.changed.service === 'no epochs' ? 1 : this.lives;
    const options = { leaseMs, renewGuardMs, heartbeatMs: 250, mutationsWaitingMax: limits.mutationsWaitingMax };
    const callerOf = (id: string) => this.network.callerTo('owner', id, () => this.deskOf(id));
    const ports = { scheduler: this.scheduler, callerOf, rules: this.changed.owner };
    const { publisher, desk } = createPublisherInMemory(options, ports);
    await publisher.openRecorded(epoch, this.leases, this.lives === 1 ? { unrecordedMs: 0 } : {});
    this.owner = { epoch, publisher, desk, sequence: 0 };
  }

  private startFrontend(name: string): void {
    const toOwner = this.network.callerTo(name, 'owner', () => this.owner?.desk);
    const options = { capacity: limits.capacity, floorsMax: limits.floorsMax, fillTimeoutMs: 1_000, heartbeatMs: 250 };
    const negative = { capacity: limits.negativeCapacity };
    const owner = {
      call: (call: Parameters<typeof toOwner.call>[0]) =>
        life.dead ? Promise.reject(new Error('this process has crashed')) : toOwner.call(call),
      close: async () => undefined,
    };
    const subscriber = createSubscriberInMemory(
      { subscriberId: name, ...options, negative },
      { scheduler: this.scheduler, owner, rules: this.changed.frontend },
    );
    const adapterHost = { httpAdapter: { setHeader: () => undefined, status: () => undefined } };
    const interceptor = new CacheInterceptor(
      subscriber.cache,
      adapterHost as unknown as HttpAdapterHost,
      new Reflector(),
    );
    const life: FrontendLife = { name, subscriber, interceptor, dead: false };
    this.frontends.set(name, life);
    subscriber.lease.start();
  }

  /** DELETEs at the process that is at the address now, seen from outside. */
  private deskOf(name: string): CallDesk | undefined {
    const frontend = this.frontends.get(name);
    if (frontend === undefined) return undefined;
    return (call) => {
      const answer = frontend.subscriber.desk(call);
      const url = new URL(call.path, 'http://x');
      const revision = this.revisionAt.get(`${url.searchParams.get('epoch')}.${url.searchParams.get('sequence')}`);
      const product = url.pathname.split('/').at(-1) as string;
      if (answer.status === 204 && revision !== undefined) this.revisions.invalidate(name, product, revision);
      return answer;
    };
  }

  /** Value and version of one turn, over the network both ways. */
  private readAtOwner(frontend: FrontendLife, name: string): Promise<CachedResult> {
    return new Promise((resolve) => {
      const arrive = (): void => {
        const { owner } = this;
        if (owner === undefined) return;
        const { revision, present } = this.revisions.now(name);
        const versionNow = (): Version => ({ epoch: owner.epoch, sequence: owner.sequence });
        const version = versionNow();
        const answered = (): void => {
          const told = this.changed.service === 'version at send' ? versionNow() : version;
          resolve(present ? versioned({ revision }, told) : absent(told));
        };
        this.network.send({ from: 'owner', to: frontend.name, what: 'read', leg: 'answer', arrive: answered });
      };
      this.network.send({ from: frontend.name, to: 'owner', what: 'read', leg: 'request', arrive });
    });
  }

  private shown({ name: who, dead }: FrontendLife, name: string, owed: number, shown: unknown): void {
    if (dead) return;
    this.reads += 1;
    const body = (typeof shown === 'string' ? JSON.parse(shown) : shown) as { readonly revision: number };
    if (body.revision < owed) this.broken.push(`${who} shows ${name} of ${body.revision} to who is owed ${owed}`);
  }

  private failed({ name: who, dead }: FrontendLife, name: string, owed: number, error: unknown): void {
    const status = error instanceof HttpException ? error.getStatus() : 500;
    // The owner did not answer in time: that is no answer.
    if (dead || status >= 500) return;
    this.reads += 1;
    if (status !== 404) this.broken.push(`${who} answers ${status} for ${name}`);
    else if (!this.revisions.wasAbsentSince(name, owed))
      this.broken.push(`${who} shows no ${name} to who is owed ${owed}`);
  }
}

/** What follows a DELETE that was sent too early. */
function commitOnly(
  { epoch }: OwnerLife,
  commit: () => { readonly sequence: number },
): {
  readonly version: Version;
  readonly waitedMs: number;
} {
  return { version: { epoch, sequence: commit().sequence }, waitedMs: 0 };
}

function contextOf(request: object): ExecutionContext {
  const http = { getRequest: () => request, getResponse: () => ({}) };
  const context = {
    getHandler: () => handler,
    getClass: () => Products,
    getType: () => 'http',
    switchToHttp: () => http,
  };
  return context as unknown as ExecutionContext;
}
