import type { Clock } from '../runtime/clock.js';
import type { Fence } from './election.js';

/** User code that runs when a replica takes and leaves office. */
export interface OfficeHooks {
  elected(fence: Fence, signal: AbortSignal): Promise<void>;
  deposed(): Promise<void>;
}

export interface OfficeListener {
  /** `inOffice` has changed. */
  changed(): void;
  /** A hook threw or took too long. The replica must not keep a leader that could not take office. */
  failed(hook: 'elected' | 'deposed', error: unknown): void;
}

/**
 * Leads user code through terms of office, one after the other: *elected*, then *deposed*, never two at once, never
 * *deposed* without *elected*, whatever leadership does meanwhile. Level-triggered: it works towards the newest wish,
 * and terms that began and ended while a hook ran are passed over.
 */
export class Office {
  private wished: number | undefined;
  private released = false;
  private term: number | undefined;
  private ready = false;
  private abort: AbortController | undefined;
  private work: Promise<void> | undefined;

  constructor(
    private readonly group: string,
    private readonly hooks: OfficeHooks,
    private readonly hookTimeoutMs: number,
    private readonly clock: Clock,
    private readonly listener: OfficeListener,
  ) {}

  /** Every `@OnElected` has finished, and the term of it is still the one that leads. */
  get inOffice(): boolean {
    return this.ready && !this.released && this.term === this.wished;
  }

  /** The term in which this replica leads with current state; undefined when it does not. */
  wish(term: number | undefined): void {
    if (this.wished === term) return;
    this.wished = term;
    if (this.term !== undefined && this.term !== term) this.abort?.abort();
    this.reconcile();
  }

  /** Leaves office and stays out until `readmit`. Resolves when user code has finished. */
  async release(): Promise<void> {
    this.released = true;
    this.abort?.abort();
    this.listener.changed();
    this.reconcile();
    await this.work;
  }

  readmit(): void {
    this.released = false;
    this.reconcile();
  }

  private get target(): number | undefined {
    return this.released ? undefined : this.wished;
  }

  private reconcile(): void {
    if (this.work !== undefined || this.term === this.target) return;
    this.work = this.approach().finally(() => {
      this.work = undefined;
      this.reconcile();
    });
  }

  private async approach(): Promise<void> {
    while (this.term !== this.target) {
      if (this.term !== undefined) await this.leave();
      else if (this.target !== undefined) await this.enter(this.target);
    }
  }

  private async enter(term: number): Promise<void> {
    const abort = new AbortController();
    this.term = term;
    this.abort = abort;
    const problem = await this.withinTime('elected', this.hooks.elected({ group: this.group, term }, abort.signal));
    if (problem !== undefined) {
      abort.abort();
      this.listener.failed('elected', problem.error);
      // Out until leadership of this term is over: the listener resigns, which changes the wish.
      if (this.wished === term) this.wished = undefined;
      return;
    }
    this.ready = true;
    this.listener.changed();
  }

  private async leave(): Promise<void> {
    this.abort?.abort();
    this.abort = undefined;
    this.ready = false;
    this.listener.changed();
    const problem = await this.withinTime('deposed', this.hooks.deposed());
    this.term = undefined;
    if (problem !== undefined) this.listener.failed('deposed', problem.error);
  }

  private withinTime(hook: string, work: Promise<void>): Promise<{ readonly error: unknown } | undefined> {
    return new Promise((resolve) => {
      const timer = this.clock.setTimer(this.clock.now() + this.hookTimeoutMs, () => {
        resolve({
          error: new Error(`the ${hook} hooks of group ${this.group} did not finish within ${this.hookTimeoutMs} ms`),
        });
      });
      work
        .then(
          () => resolve(undefined),
          (error: unknown) => resolve({ error }),
        )
        .finally(() => timer.cancel());
    });
  }
}
