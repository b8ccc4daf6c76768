import type { LoggerService } from '@nestjs/common';

import { type LogLevel, severityOf } from './log-level.js';
import { StdoutSink } from './stdout-sink.js';

/** Facts of a log line; values that JSON cannot hold are left out. */
export type LogFacts = Readonly<Record<string, unknown>>;

/** Where complete lines go; each ends in a newline. */
export interface LogSink {
  write(line: string): void;
  /** Everything that was written has left the process when this returns. */
  flush(): void;
}

export interface JsonLoggerOptions {
  readonly level: LogLevel;
  /** The process, in every line. */
  readonly worker: string;
  /** Default: standard output, buffered. */
  readonly sink?: LogSink;
  /** ms since the epoch. Default `Date.now`. */
  readonly clockMs?: () => number;
}

const frameworkContexts: ReadonlySet<string> = new Set([
  'NestFactory',
  'InstanceLoader',
  'RoutesResolver',
  'RouterExplorer',
  'NestApplication',
]);

/**
 * Writes one JSON object a line: `time`, `level`, `worker`, `message`, then the facts. Values are data, never markup:
 * control characters cannot forge a line. Serves as Nest's logger too.
 *
 * Non-promise: a line is buffered for a moment; a process that is killed may lose its last ones.
 */
export class JsonLogger implements LoggerService {
  readonly sink: LogSink;
  private readonly minimum: number;
  private readonly prefix: string;
  private readonly clockMs: () => number;
  private second = -1;
  private secondText = '';

  constructor(private readonly options: JsonLoggerOptions) {
    this.sink = options.sink ?? StdoutSink.shared();
    this.minimum = severityOf[options.level];
    this.prefix = `,"worker":${JSON.stringify(options.worker)},"message":`;
    this.clockMs = options.clockMs ?? Date.now;
  }

  get level(): LogLevel {
    return this.options.level;
  }

  get worker(): string {
    return this.options.worker;
  }

  /** Whether a line of this level would be written; lets a caller skip making its facts. */
  isEnabled(level: LogLevel): boolean {
    return severityOf[level] >= this.minimum;
  }

  write(level: LogLevel, message: string, facts?: LogFacts): void {
    if (!this.isEnabled(level)) return;
    this.writeTail(level, JSON.stringify(message) + membersOf(facts));
  }

  /** Writes a line whose members after `message` are already JSON (`,"a":1`); for the hot path. */
  writePrepared(level: LogLevel, message: string, members: string): void {
    this.writeTail(level, `"${message}"${members}`);
  }

  flush(): void {
    this.sink.flush();
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.fromNest('debug', message, rest);
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.fromNest('debug', message, rest);
  }

  log(message: unknown, ...rest: unknown[]): void {
    // What Nest tells about its own start is of use only to those who look for it.
    const context = rest.at(-1);
    this.fromNest(typeof context === 'string' && frameworkContexts.has(context) ? 'debug' : 'info', message, rest);
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.fromNest('warn', message, rest);
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.fromNest('error', message, rest);
  }

  fatal(message: unknown, ...rest: unknown[]): void {
    this.fromNest('error', message, rest);
  }

  private writeTail(level: LogLevel, tail: string): void {
    this.sink.write(`{"time":"${this.timestamp()}","level":"${level}"${this.prefix}${tail}}\n`);
  }

  // Formatting a date costs more than the rest of a line, so it is done once a second.
  private timestamp(): string {
    const now = this.clockMs();
    const second = Math.floor(now / 1000);
    if (second !== this.second) {
      this.second = second;
      this.secondText = new Date(second * 1000).toISOString().slice(0, 20);
    }
    return `${this.secondText}${String(now - second * 1000).padStart(3, '0')}Z`;
  }

  // Nest passes its context, and for errors a stack, behind the message.
  private fromNest(level: LogLevel, message: unknown, rest: readonly unknown[]): void {
    if (!this.isEnabled(level)) return;
    const texts = rest.filter((part) => typeof part === 'string');
    const context = texts.at(-1);
    const error = [message, ...rest].find((part) => part instanceof Error);
    const stack = error?.stack ?? (level === 'error' ? texts.find((part) => part.includes('\n    at ')) : undefined);
    this.write(
      level,
      typeof message === 'string' ? message : (error?.message ?? safeJson(message) ?? String(message)),
      {
        ...(context === undefined || context === stack ? {} : { context }),
        ...(stack === undefined ? {} : { stack }),
      },
    );
  }
}

/** Makes the logger of a process. */
export const createJsonLogger = (options: JsonLoggerOptions): JsonLogger => new JsonLogger(options);

/** Facts as JSON members with a leading comma; an `Error` becomes its stack. */
export function membersOf(facts: LogFacts | undefined): string {
  if (facts === undefined) return '';
  let members = '';
  for (const [name, value] of Object.entries(facts)) {
    const json = safeJson(value instanceof Error ? (value.stack ?? value.message) : value);
    if (json !== undefined) members += `,${JSON.stringify(name)}:${json}`;
  }
  return members;
}

function safeJson(value: unknown): string | undefined {
  try {
    return JSON.stringify(value);
  } catch (error) {
    // A log line must not bring the process down over a cycle or a bigint.
    return JSON.stringify(`not loggable: ${(error as Error).message}`);
  }
}
