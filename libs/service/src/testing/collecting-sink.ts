import type { LogSink } from '../log/json-logger.js';

/** Keeps log lines in memory. */
export class CollectingSink implements LogSink {
  readonly lines: string[] = [];

  write(line: string): void {
    this.lines.push(line);
  }

  flush(): void {
    // Nothing is buffered.
  }

  /** The lines as objects; throws when one is not JSON. */
  parsed(): Record<string, unknown>[] {
    return this.lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }
}
