import type { Entry, Snapshot } from '../entry.js';
import type { LogIndex } from '../ids.js';
import { decodeConfiguration, type Configuration } from './configuration.js';

interface Recorded {
  readonly index: LogIndex;
  /** Undefined: the log says nothing up to here, so the configuration of the options is in force. */
  readonly configuration: Configuration | undefined;
}

/**
 * The configurations that the log holds, oldest first: the one as of the snapshot, then one a membership entry. The
 * last is in force, committed or not (dissertation §4.1: a server uses the latest configuration in its log). So
 * cutting the log takes configurations back, and whoever compacts it must keep the one as of the last compacted entry.
 */
export class Membership {
  private history: Recorded[];

  constructor(
    private readonly initial: Configuration,
    stored: { readonly snapshot: Snapshot | undefined; readonly entries: readonly Entry[] },
  ) {
    this.history = [baseOf(stored.snapshot)];
    this.appended(stored.entries);
  }

  get current(): Configuration {
    return this.last.configuration ?? this.initial;
  }

  /** The membership entry in force; 0 when it is that of the options. */
  get index(): LogIndex {
    return this.last.index;
  }

  /** What is in force, and what still would be if everything after `index` were cut. */
  possibleAfter(index: number): readonly Configuration[] {
    const oldest = this.history.findLastIndex((recorded) => recorded.index <= index);
    return this.history.slice(Math.max(oldest, 0)).map(({ configuration }) => configuration ?? this.initial);
  }

  /** For a snapshot through `index`. Undefined when no entry up to there changed what the options say. */
  recordedAt(index: number): Configuration | undefined {
    return this.history.findLast((recorded) => recorded.index <= index)?.configuration;
  }

  /** @returns whether another configuration is in force now. */
  appended(entries: readonly Entry[]): boolean {
    let changed = false;
    for (const entry of entries) {
      if (entry.kind !== 'membership') continue;
      this.history.push({ index: entry.index, configuration: decodeConfiguration(entry.data) });
      changed = true;
    }
    return changed;
  }

  /** @returns whether another configuration is in force now. */
  truncatedFrom(index: number): boolean {
    const kept = this.history.filter((recorded, offset) => offset === 0 || recorded.index < index);
    const changed = kept.length < this.history.length;
    this.history = kept;
    return changed;
  }

  /** What lies before the one in force at `index` is not asked for any more. */
  compactedThrough(index: number): void {
    const inForce = this.history.findLastIndex((recorded) => recorded.index <= index);
    if (inForce > 0) this.history.splice(0, inForce);
  }

  installed(snapshot: Snapshot, { keptSuffix }: { readonly keptSuffix: boolean }): void {
    const later = keptSuffix ? this.history.filter((recorded) => recorded.index > snapshot.index) : [];
    this.history = [baseOf(snapshot), ...later];
  }

  private get last(): Recorded {
    // There is always the base.
    return this.history[this.history.length - 1] as Recorded;
  }
}

function baseOf(snapshot: Snapshot | undefined): Recorded {
  if (snapshot?.configuration === undefined) return { index: 0 as LogIndex, configuration: undefined };
  return { index: snapshot.index, configuration: snapshot.configuration };
}
