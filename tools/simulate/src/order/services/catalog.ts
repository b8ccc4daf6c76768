import { PublisherNotOpenError, PublisherOverloadedError } from '@quorumkit/cache';
import {
  type CallDesk,
  createPublisherInMemory,
  type HttpAnswer,
  type HttpCall,
  type HttpCaller,
} from '@quorumkit/cache/testing';
import { type CommittedEntry, type HostedGroup, LeaderError, type ReplicatedLog } from '@quorumkit/leader';
import type {
  CatalogAuditResult,
  DebitBatch,
  DebitBatchResult,
  StockResult as StockAnswer,
  Unavailable,
} from '@toystore/contracts';
import {
  CatalogEpoch,
  CatalogOpening,
  type InitialProduct,
  LoggedLeases,
  ReadStock,
  Restock,
  type StockCommand,
  type StockResult,
  StockStateMachine,
  TakeDebits,
} from '@toystore/protocol/catalog';
import { carry } from '../network/calls.js';
import type { VirtualProcess } from '../world/virtual-process.js';
import type { ProtocolPoint } from './protocol-points.js';
import { Disk } from './disk.js';
import { hostGroup } from './group-host.js';
import { calmTuning } from './group-tuning.js';
import type { Service } from './service.js';
import { restockLevel, type Store, timing } from './store.js';

class WatchedStock extends StockStateMachine {
  onApplied: (entry: CommittedEntry<StockCommand>, result: StockResult) => void = () => undefined;

  override apply(entry: CommittedEntry<StockCommand>): StockResult {
    const result = super.apply(entry);
    this.onApplied(entry, result);
    return result;
  }
}

/** What the catalog's modules put together, and nothing of its own. */
interface Run {
  readonly machine: StockStateMachine;
  readonly epoch: CatalogEpoch;
  readonly opening: CatalogOpening;
  readonly readStock: ReadStock;
  readonly restock: Restock;
  readonly takeDebits: TakeDebits;
  readonly subscribers: CallDesk;
}

/**
 * The catalog: a group of one, and on it the same opening, debits, restocking and reads that its process runs. Each life
 * has one of two settings for the lease, so that a restart may have to wait for a longer one than its own.
 */
export class Catalog implements Service {
  readonly process: VirtualProcess;
  readonly disk: Disk;
  private run: Run | undefined;
  /** Acknowledgements of each DELETE, by its path: product, epoch and sequence. */
  private readonly acknowledged = new Map<string, number>();

  constructor(private readonly store: Store) {
    this.process = store.world.addProcess('catalog');
    this.disk = new Disk(this.process);
  }

  get machine(): StockStateMachine | undefined {
    return this.run?.machine;
  }

  get isOpen(): boolean {
    return this.run?.epoch.isOpen === true;
  }

  begin(): void {
    const { store, process } = this;
    const machine = new WatchedStock();
    const life = process.life;
    machine.onApplied = (entry, result) => {
      if (process.life === life) store.truth.stockApplied(entry, result, machine.ledger.list());
    };
    const { leaseMsOfLives, heartbeatsPerLease, deliveryTimeoutMs } = timing;
    const leaseMs = process.random.pick(leaseMsOfLives);
    const { publisher, desk } = createPublisherInMemory(
      { leaseMs, heartbeatMs: leaseMs / heartbeatsPerLease, deliveryTimeoutMs },
      { scheduler: process.scheduler(), callerOf: (id) => this.callerOf(id) },
    );
    let group: HostedGroup | undefined;
    hostGroup(
      {
        kind: store.options.host,
        group: 'catalog',
        nodeId: 'catalog',
        members: [{ id: 'catalog', priority: 1 }],
        clock: process.clock(),
        store: this.disk.store({
          condition: (condition) => {
            if (condition === 'full') store.count('disk was full');
            group?.replica?.storeConditionChanged(condition);
          },
        }),
        transport: { open: () => undefined, send: () => undefined, close: () => Promise.resolve() },
        seed: process.random.integer(1, 2 ** 31),
        tuning: { ...calmTuning, limits: { ...calmTuning.limits, snapshotEveryEntries: 10 } },
        stateMachine: machine,
        elected: (fence) => this.run?.opening.open(fence),
        deposed: () => undefined,
        fatal: (error) => {
          if (process.life === life) store.ends(this, `cannot go on: ${error.stack ?? error.message}`);
        },
      },
      (hosted) => {
        group = hosted.group;
        const log = hosted.log as ReplicatedLog<StockCommand, StockResult>;
        const debitLog = this.watched(log, { before: 'debit not logged', after: 'debit logged' });
        const restockLog = this.watched(log, { after: 'restock logged' });
        const epoch = new CatalogEpoch();
        const leases = new LoggedLeases(machine, log);
        this.run = {
          machine,
          epoch,
          opening: new CatalogOpening(machine, log, publisher, leases, epoch, { read: () => this.initialStock() }),
          readStock: new ReadStock(machine, epoch),
          restock: new Restock(machine, restockLog, publisher, epoch),
          takeDebits: new TakeDebits(machine, debitLog, publisher),
          subscribers: desk,
        };
      },
    ).catch((error: unknown) => {
      if (process.life === life) store.ends(this, `does not start: ${String(error)}`);
    });
    const restockAgain = (): void => {
      void this.restock();
      process.after(timing.restockIntervalMs, restockAgain);
    };
    process.after(timing.restockIntervalMs, restockAgain);
  }

  lose(): void {
    this.disk.crash();
    this.run = undefined;
  }

  /** `POST /debits`. */
  async debit({ term, settledThrough, debits }: DebitBatch): Promise<DebitBatchResult> {
    const { run, store } = this;
    store.points.reach('debit arrived', 'catalog');
    if (run === undefined || !run.epoch.isOpen) return starting;
    try {
      const taken = await run.takeDebits.take({ term, settledThrough, debits });
      store.points.reach('debit answered', 'catalog');
      if (taken.kind === 'fenced') return { kind: 'stale_term', term: taken.term };
      const version = `${taken.version.epoch};${taken.version.sequence}`;
      return { kind: 'results', results: [...taken.answers], version };
    } catch (error) {
      if (
        error instanceof LeaderError ||
        error instanceof PublisherNotOpenError ||
        error instanceof PublisherOverloadedError
      )
        return starting;
      throw error;
    }
  }

  /** `GET /products/:name`. */
  product(name: string): StockAnswer {
    const read = this.run?.readStock.product(name) ?? { kind: 'starting' };
    switch (read.kind) {
      case 'stock':
        return { kind: 'stock', stock: { ...read.product, epoch: read.epoch, sequence: read.sequence } };
      case 'absent':
        return read;
      case 'starting':
        return starting;
    }
  }

  audit(): CatalogAuditResult {
    return !this.isOpen ? starting : ({ kind: 'audit', audit: {} } as unknown as CatalogAuditResult);
  }

  /** `POST /subscribers` and the heartbeats. */
  subscribers(call: HttpCall): HttpAnswer {
    return this.run?.subscribers(call) ?? { status: 503, headers: {}, body: Buffer.from('{}') };
  }

  /** From the scenario, where the catalog's process has a file. */
  private async initialStock(): Promise<readonly InitialProduct[]> {
    return Object.entries(this.store.options.stock).map(([name, quantity]) => ({ name, quantity, priceCents: 100 }));
  }

  /** One round of the timer. */
  private async restock(): Promise<void> {
    const { life } = this.process;
    const round = await this.run?.restock.round(restockLevel);
    if (round?.kind === 'restocked' && this.process.life === life) this.store.truth.restockAcknowledged(round.names);
    if (round?.kind !== 'failed') return;
    const { error } = round;
    if (!(error instanceof LeaderError || error instanceof PublisherOverloadedError))
      this.store.world.violate('No Crash', `the catalog cannot restock: ${String(error)}`);
  }

  /** A log that says when somebody is about to propose to it, and when that is committed. */
  private watched(
    log: ReplicatedLog<StockCommand, StockResult>,
    { before, after }: { readonly before?: ProtocolPoint; readonly after: ProtocolPoint },
  ): ReplicatedLog<StockCommand, StockResult> {
    const { points } = this.store;
    return {
      propose: async (command: StockCommand) => {
        if (before !== undefined) points.reach(before, 'catalog');
        const outcome = await log.propose(command);
        points.reach(after, 'catalog');
        return outcome;
      },
    } as unknown as ReplicatedLog<StockCommand, StockResult>;
  }

  private callerOf(subscriberId: string): HttpCaller {
    const { store, process } = this;
    return {
      call: async (call) => {
        const frontend = store.frontends.find(({ name }) => name === subscriberId);
        if (frontend === undefined) throw new Error(`there is no subscriber ${subscriberId}`);
        const what = `${call.method} ${call.path}`;
        const answer = await carry(store.network, {
          from: process,
          to: frontend.process,
          what,
          deadlineMs: call.timeoutMs,
          serve: () => frontend.invalidated(call),
        });
        const acknowledgements = (this.acknowledged.get(call.path) ?? 0) + 1;
        this.acknowledged.set(call.path, acknowledgements);
        store.points.reach(acknowledgements === 1 ? 'invalidation half done' : 'invalidation done', 'catalog');
        return answer;
      },
      close: () => Promise.resolve(),
    };
  }
}

const starting: Unavailable = { kind: 'unavailable', detail: 'the catalog is starting', retryAfterMs: undefined };
