import type { LogSink } from './json-logger.js';

/** Longest time that a line waits in memory, in ms. */
const flushDelayMs = 20;
/** Most characters that wait in memory. */
const bufferedCharactersMax = 64 * 1024;

/** A stream, written in pieces of many lines: one system call for all lines of a moment. */
export class StdoutSink implements LogSink {
  private static instance: StdoutSink | undefined;
  private buffered = '';
  private timer: NodeJS.Timeout | undefined;
  private isReaderGone = false;
  /** How many pieces of log were lost to a stream that failed. */
  failedWrites = 0;

  constructor(private readonly stream: NodeJS.WritableStream) {
    // A service does not end because its log cannot be written: a replica on a full disk steps down and serves on. The
    // lines of that time are lost (there is nowhere to tell it); a reader that is gone never comes back.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'EPIPE') this.isReaderGone = true;
      else this.failedWrites += 1;
    });
    // The last lines of a process say why it ended; `exit` runs after everything but SIGKILL.
    process.on('exit', () => this.flush());
  }

  /** The sink on standard output: there is one, so there is one buffer for it. */
  static shared(): StdoutSink {
    StdoutSink.instance ??= new StdoutSink(process.stdout);
    return StdoutSink.instance;
  }

  write(line: string): void {
    this.buffered += line;
    if (this.buffered.length >= bufferedCharactersMax) this.flush();
    else this.timer ??= setTimeout(() => this.flush(), flushDelayMs).unref();
  }

  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const text = this.buffered;
    this.buffered = '';
    if (text !== '' && !this.isReaderGone) this.stream.write(text);
  }
}
