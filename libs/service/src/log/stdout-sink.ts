import type { LogSink } from './json-logger.js';

/** Longest time that a line waits in memory, in ms. */
const flushDelayMs = 20;
/** Most characters that wait in memory. */
const bufferedCharactersMax = 64 * 1024;

/** Standard output, written in pieces of many lines: one system call for all lines of a moment. */
export class StdoutSink implements LogSink {
  private static instance: StdoutSink | undefined;
  private buffered = '';
  private timer: NodeJS.Timeout | undefined;
  private isReaderGone = false;

  private constructor(private readonly stream: NodeJS.WriteStream) {
    // Serving goes on without a log when whoever read it has died; anything else is a failure like any other.
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      this.isReaderGone = true;
    });
    // The last lines of a process say why it ended; `exit` runs after everything but SIGKILL.
    process.on('exit', () => this.flush());
  }

  /** There is one standard output, so there is one buffer for it. */
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
