import { addToSoldDigest, type DebitBatch, type DebitResult, emptySoldDigest } from '@toystore/contracts';
import { type MemoryAnswer, MemoryTransport } from '@toystore/contracts/testing';

/** Where a call to the catalog can be hit: before it had any effect, or after it had all of it. */
export type CatalogPoint = 'debit.arrived' | 'debit.recorded';

/** What happens to a call at a point; 'go on' is nothing. */
export type CatalogFate = 'go on' | 'refuse' | 'break' | 'silence' | 'unavailable';

/**
 * A catalog that keeps the protocol's promises (one execution for each intent, fences, watermark) and can be hurt at
 * each point of a call.
 */
export class FakeCatalog {
  readonly transport = new MemoryTransport(async (call) => {
    if (this.isDown) return { kind: 'refuse_connection' };
    if (call.path !== '/debits') return { kind: 'answer', status: 200, json: this.audit() };
    return this.debit(JSON.parse(String(call.body)) as DebitBatch);
  }, 'catalog');

  isDown = false;
  /** Called at each point of each debit call. */
  at: (point: CatalogPoint, batch: DebitBatch) => CatalogFate | Promise<CatalogFate> = () => 'go on';

  readonly stock = new Map<string, number>();
  /** Executions for each intent: more than one is the error that everything here is about. */
  readonly executions = new Map<number, number>();
  soldDigest = emptySoldDigest;
  private readonly recorded = new Map<number, DebitResult>();
  private settledThrough = 0;
  private term = 0;

  constructor(stock: Readonly<Record<string, number>>) {
    for (const [name, quantity] of Object.entries(stock)) this.stock.set(name, quantity);
  }

  /** Keeps every call waiting until the returned function is called. */
  holdCalls(): () => void {
    let release: () => void = () => undefined;
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    this.at = async (): Promise<CatalogFate> => {
      await held;
      return 'go on';
    };
    return release;
  }

  get recordedCount(): number {
    return this.recorded.size;
  }

  get highestTerm(): number {
    return this.term;
  }

  private async debit(batch: DebitBatch): Promise<MemoryAnswer> {
    const arrival = answerOf(await this.at('debit.arrived', batch));
    if (arrival !== undefined) return arrival;
    if (batch.term < this.term) {
      return { kind: 'answer', status: 412, json: { type: 'urn:toystore:problem:stale-fence', term: this.term } };
    }
    this.term = batch.term;
    this.settledThrough = Math.max(this.settledThrough, batch.settledThrough);
    for (const intent of this.recorded.keys()) if (intent <= this.settledThrough) this.recorded.delete(intent);
    const results = batch.debits.map((debit) => this.executeOnce(debit));
    return answerOf(await this.at('debit.recorded', batch)) ?? { kind: 'answer', status: 200, json: { results } };
  }

  private executeOnce({ intent, name, quantity }: DebitBatch['debits'][number]): DebitResult {
    if (intent <= this.settledThrough) return { intent, outcome: 'settled', costCents: 0 };
    const known = this.recorded.get(intent);
    if (known !== undefined) return known;
    const left = this.stock.get(name);
    const outcome = left === undefined ? 'unknown_product' : left < quantity ? 'insufficient_stock' : 'sold';
    if (outcome === 'sold') {
      this.stock.set(name, (left ?? 0) - quantity);
      this.executions.set(intent, (this.executions.get(intent) ?? 0) + 1);
      this.soldDigest = addToSoldDigest(this.soldDigest, { intent, name, quantity });
    }
    const result = { intent, outcome, costCents: 0 } as const;
    this.recorded.set(intent, result);
    return result;
  }

  private audit(): object {
    return { epoch: 1, sequence: 1, products: [], soldDebits: this.executions.size, soldDigest: this.soldDigest };
  }
}

function answerOf(fate: CatalogFate): MemoryAnswer | undefined {
  switch (fate) {
    case 'go on':
      return undefined;
    case 'refuse':
      return { kind: 'refuse_connection' };
    case 'break':
      return { kind: 'break_connection' };
    case 'silence':
      return { kind: 'stay_silent' };
    case 'unavailable':
      return { kind: 'answer', status: 503, json: { type: 'urn:toystore:problem:unavailable', detail: 'starting' } };
  }
}
