import { PublisherNotOpenError, PublisherOverloadedError } from '@quorumkit/cache';
import {
  type CallDesk,
  createPublisherInMemory,
  type HttpAnswer,
  type HttpCall,
  type HttpCaller,
} from '@quorumkit/cache/testing';
import { type CommittedEntry, type Fence, type HostedGroup, LeaderError, type ReplicatedLog } from '@quorumkit/leader';
import type {
  CatalogAuditResult,
  DebitBatch,
  DebitBatchResult,
  StockResult as ReadStock,
  Unavailable,
} from '@toystore/contracts';
import {
  productKey,
  type StockCommand,
  type StockResult,
  StockStateMachine,
  TakeDebits,
} from '@toystore/protocol/catalog';
import { carry } from '../network/calls.js';
import type { VirtualProcess } from '../world/virtual-process.js';
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

interface Run {
  readonly machine: StockStateMachine;
  readonly log: ReplicatedLog<StockCommand, StockResult>;
  readonly takeDebits: TakeDebits;
  readonly publisher: ReturnType<typeof createPublisherInMemory>['publisher'];
  readonly subscribers: CallDesk;
  /** Undefined until the log is applied and the stock is loaded. */
  epoch: number | undefined;
  restocking: boolean;
}

/** The catalog: a group of one, its stock, and the publisher that tells the frontends' caches. */
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
    return this.run?.epoch !== undefined;
  }

  begin(): void {
    const { store, process } = this;
    const machine = new WatchedStock();
    const life = process.life;
    machine.onApplied = (entry, result) => {
      if (process.life === life) store.truth.stockApplied(entry, result, machine.ledger.list());
    };
    const { leaseMs, leaseHeartbeatMs, deliveryTimeoutMs } = timing;
    const { publisher, desk } = createPublisherInMemory(
      { leaseMs, heartbeatMs: leaseHeartbeatMs, deliveryTimeoutMs },
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
        elected: (fence) => this.open(fence),
        deposed: () => undefined,
        fatal: (error) => {
          if (process.life === life) store.ends(this, `cannot go on: ${error.stack ?? error.message}`);
        },
      },
      (hosted) => {
        group = hosted.group;
        const log = hosted.log as ReplicatedLog<StockCommand, StockResult>;
        this.run = {
          machine,
          log,
          publisher,
          subscribers: desk,
          takeDebits: new TakeDebits(machine, this.pointed(log), publisher),
          epoch: undefined,
          restocking: false,
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
    if (run?.epoch === undefined) return starting;
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

  /** `GET /products/:name`: value and version of one turn. */
  product(name: string): ReadStock {
    const { run } = this;
    if (run?.epoch === undefined) return starting;
    const { ledger } = run.machine;
    const product = ledger.find(name);
    const version = { epoch: run.epoch, sequence: ledger.sequence };
    if (product === undefined) return { kind: 'absent', ...version };
    return { kind: 'stock', stock: { name, priceCents: product.priceCents, quantity: product.current, ...version } };
  }

  audit(): CatalogAuditResult {
    return this.run?.epoch === undefined ? starting : ({ kind: 'audit', audit: {} } as unknown as CatalogAuditResult);
  }

  /** `POST /subscribers` and the heartbeats. */
  subscribers(call: HttpCall): HttpAnswer {
    return this.run?.subscribers(call) ?? { status: 503, headers: {}, body: Buffer.from('{}') };
  }

  /** As the catalog's opening does it, with the initial stock from the scenario instead of a file. */
  private async open({ term }: Fence): Promise<void> {
    const { run } = this;
    if (run === undefined || run.epoch !== undefined) return;
    const isFirstStart = !run.machine.ledger.isLoaded;
    if (isFirstStart) {
      const products = Object.entries(this.store.options.stock).map(([name, quantity]) => ({
        name,
        quantity,
        priceCents: 100,
      }));
      await run.log.propose({ kind: 'load', products });
    }
    run.publisher.open(term, { graceMs: isFirstStart ? 0 : timing.leaseMs });
    run.epoch = term;
  }

  /** One round, as the catalog's own: log the command, then tell the caches. */
  private async restock(): Promise<void> {
    const { run, store } = this;
    if (run?.epoch === undefined || run.restocking) return;
    const names = run.machine.ledger.outOfStock();
    if (names.length === 0) return;
    run.restocking = true;
    try {
      await run.publisher.mutate<StockResult>(names.map(productKey), async () => {
        const { index, result } = await run.log.propose({ kind: 'restock', names, level: restockLevel });
        store.points.reach('restock logged', 'catalog');
        return { sequence: index, result };
      });
    } catch (error) {
      if (!(error instanceof LeaderError || error instanceof PublisherOverloadedError)) throw error;
    } finally {
      run.restocking = false;
    }
  }

  private pointed(log: ReplicatedLog<StockCommand, StockResult>): ReplicatedLog<StockCommand, StockResult> {
    const { points } = this.store;
    return {
      propose: async (command: StockCommand) => {
        points.reach('debit not logged', 'catalog');
        const outcome = await log.propose(command);
        points.reach('debit logged', 'catalog');
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
