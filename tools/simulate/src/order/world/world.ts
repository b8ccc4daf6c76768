import type { OrderRule } from '../checks/order-rule.js';
import { Prng } from './prng.js';
import { EventQueue, type Scheduled } from './event-queue.js';
import { realTime } from './virtual-globals.js';
import { type Cancel, VirtualProcess } from './virtual-process.js';

interface Event extends Scheduled {
  readonly label: string;
  readonly run: () => void;
  /** Undefined: the world itself, which never dies. */
  readonly process: VirtualProcess | undefined;
  readonly life: number;
  cancelled: boolean;
}

/** A rule of the store that does not hold, or code that failed in a way that no fault explains. */
export class Violation extends Error {
  override readonly name = 'Violation';

  constructor(
    readonly rule: OrderRule,
    what: string,
    /** Virtual ms since the world began. */
    readonly atMs: number,
  ) {
    super(`at ${atMs.toFixed(1)} ms: ${what}`);
  }
}

/**
 * Virtual time. One event at a time, each in one process; after each, every promise that can settle has settled before
 * the next one: whoever runs then is that process. Processes meet only through events, so who runs is always known.
 */
export class World {
  readonly prng: Prng;
  now = 0;
  /** Who runs. */
  current: VirtualProcess | undefined;
  readonly processes: VirtualProcess[] = [];
  readonly violations: Violation[] = [];
  events = 0;
  private readonly queue = new EventQueue<Event>();
  private sequence = 0;
  private traceHash = 0x811c9dc5;
  /** Lines of the trace; kept for a replay only. */
  private readonly lines: string[] | undefined;

  constructor(seed: number, { keepTrace }: { readonly keepTrace: boolean } = { keepTrace: false }) {
    this.prng = new Prng(seed);
    this.lines = keepTrace ? [] : undefined;
  }

  addProcess(name: string): VirtualProcess {
    const process = new VirtualProcess(name, this, this.prng.integer(1, 2 ** 31));
    this.processes.push(process);
    return process;
  }

  schedule(at: number, label: string, run: () => void, process?: VirtualProcess): Cancel {
    const life = process?.life ?? 0;
    if (process !== undefined && !process.isAlive) return () => undefined;
    const event: Event = { at, sequence: this.sequence++, label, run, process, life, cancelled: false };
    this.queue.push(event);
    return () => {
      event.cancelled = true;
    };
  }

  /** A fact that must be the same in every run of one seed. */
  trace(text: string): void {
    const line = `${this.now.toFixed(3)} ${text}`;
    for (let offset = 0; offset < line.length; offset++) {
      this.traceHash = Math.imul(this.traceHash ^ line.charCodeAt(offset), 0x01000193);
    }
    this.lines?.push(line);
  }

  /** Something for readers of a replay; not part of what must be the same, so it may cost what it likes. */
  note(tell: () => string): void {
    this.lines?.push(`${this.now.toFixed(3)} ${tell()}`);
  }

  get traceDigest(): string {
    return (this.traceHash >>> 0).toString(16).padStart(8, '0');
  }

  get traceLines(): readonly string[] {
    return this.lines ?? [];
  }

  violate(rule: OrderRule, what: string): void {
    this.trace(`VIOLATION of ${rule}: ${what}`);
    this.violations.push(new Violation(rule, what, this.now));
  }

  /** Runs until the time, until the condition holds, or until a rule is broken. */
  async runUntil(end: number, isDone: () => boolean = () => false): Promise<boolean> {
    while (this.violations.length === 0 && !isDone()) {
      const next = this.queue.peek();
      if (next === undefined || next.at > end) {
        this.now = Math.max(this.now, end);
        return isDone();
      }
      this.queue.pop();
      const settled = this.execute(next);
      if (settled !== undefined) await settled;
    }
    return isDone();
  }

  /** Undefined: nothing is to be waited for. */
  private execute(event: Event): Promise<void> | undefined {
    const { process } = event;
    if (event.cancelled) return undefined;
    if (process !== undefined) {
      if (process.life !== event.life) return undefined;
      if (process.pausedUntil > event.at) {
        this.queue.push({ ...event, at: process.pausedUntil, sequence: this.sequence++ });
        return undefined;
      }
    }
    this.now = Math.max(this.now, event.at);
    this.events += 1;
    this.current = process;
    try {
      event.run();
    } catch (error) {
      this.violate(
        'No Crash',
        `${process?.name ?? 'the world'} threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      );
    }
    // The world's own events wake nobody who waits for a promise; they make other events.
    if (process === undefined) return undefined;
    // A turn of the real loop: whatever chains of promises were set going have come to rest after it.
    return new Promise<void>((resolve) => {
      realTime.setImmediate(() => {
        this.current = undefined;
        resolve();
      });
    });
  }
}
