import { invariant } from './invariant.js';

/** An intent that has no outcome yet. */
export interface OpenIntent {
  readonly intent: number;
  readonly key: string;
  readonly fingerprint: string;
  readonly name: string;
  readonly quantity: number;
}

/** The intents without an outcome, by id and by key. Ids are log indexes, so insertion order is id order. */
export class OpenIntents {
  private readonly byId = new Map<number, OpenIntent>();
  private readonly byKey = new Map<string, OpenIntent>();
  private newest = 0;

  get count(): number {
    return this.byId.size;
  }

  open(intent: OpenIntent): void {
    invariant(intent.intent > this.newest, `intent ${intent.intent} is not newer than ${this.newest}`);
    invariant(!this.byKey.has(intent.key), `key of intent ${intent.intent} already has an open intent`);
    this.newest = intent.intent;
    this.byId.set(intent.intent, intent);
    this.byKey.set(intent.key, intent);
  }

  /** Takes the intent out; undefined when it is not open (any more). */
  close(id: number): OpenIntent | undefined {
    const intent = this.byId.get(id);
    if (intent === undefined) return undefined;
    this.byId.delete(id);
    this.byKey.delete(intent.key);
    return intent;
  }

  find(id: number): OpenIntent | undefined {
    return this.byId.get(id);
  }

  findByKey(key: string): OpenIntent | undefined {
    return this.byKey.get(key);
  }

  oldest(): OpenIntent | undefined {
    for (const intent of this.byId.values()) return intent;
    return undefined;
  }

  values(): IterableIterator<OpenIntent> {
    return this.byId.values();
  }

  clear(): void {
    this.byId.clear();
    this.byKey.clear();
    this.newest = 0;
  }
}
