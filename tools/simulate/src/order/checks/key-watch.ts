import type { OrderCommand, OrderResult } from '@toystore/protocol/order';
import type { Store } from '../services/store.js';

/** When something happened. */
interface Moment {
  readonly logMs: number;
  readonly worldMs: number;
}

interface EntrySeen {
  readonly index: number;
  /** Log time, ms. */
  readonly time: number;
  readonly command: OrderCommand;
}

/**
 * The promise about idempotency keys: one is remembered for its retention of log time after its order ended, and as long
 * as its client may ask, it is not executed twice. The first is about the rule, the second about the clocks below it.
 */
export class KeyWatch {
  private readonly opened = new Map<string, Moment>();
  private readonly finished = new Map<string, Moment>();

  constructor(private readonly store: Store) {}

  /** After each entry, as somebody applied it first. */
  applied(entry: EntrySeen, result: OrderResult, remembers: (key: string) => boolean): void {
    const { time, command } = entry;
    if (command.kind === 'intent' && result.kind === 'opened') this.intentOpened(command.key, entry);
    const { truth, world } = this.store;
    if (command.kind === 'outcomes') {
      for (const { intent } of command.outcomes) {
        const key = truth.intents.get(intent)?.key;
        if (key !== undefined && !this.finished.has(key)) this.finished.set(key, { logMs: time, worldMs: world.now });
      }
    }
    for (const [key, since] of this.finished) {
      if (remembers(key)) continue;
      this.finished.delete(key);
      this.forgotten(key, { logMs: time - since.logMs, worldMs: world.now - since.worldMs });
    }
  }

  private intentOpened(key: string, { index, time }: EntrySeen): void {
    const { world, options } = this.store;
    const before = this.opened.get(key);
    this.opened.set(key, before ?? { logMs: time, worldMs: world.now });
    if (before === undefined) return;
    const ageMs = world.now - before.worldMs;
    if (ageMs < options.keys.clientLifeMs)
      world.violate(
        'One Intent a Key',
        `${key} was used ${ageMs.toFixed(0)} ms ago, and entry ${index} is another intent of it`,
      );
  }

  private forgotten(key: string, ages: Moment): void {
    const { store } = this;
    const { retentionMs, clientLifeMs } = store.options.keys;
    store.count('key forgotten');
    if (ages.logMs < retentionMs)
      store.world.violate(
        'Keys Remembered',
        `${key} is forgotten after ${ages.logMs} of ${retentionMs} ms of log time`,
      );
    if (ages.worldMs < clientLifeMs) {
      const after = `${ages.worldMs.toFixed(0)} ms`;
      store.world.violate(
        'Keys Remembered',
        `${key} is forgotten after ${after}, its client may ask for ${clientLifeMs}`,
      );
    }
  }
}
