/** What a running service needs of its process. A port, so that starts and ends can be tested without dying. */
export interface ProcessPort {
  onSignal(signal: 'SIGTERM' | 'SIGINT', listener: () => void): void;
  /** What nobody caught, thrown or rejected. */
  onFailure(listener: (kind: 'uncaught exception' | 'unhandled rejection', error: unknown) => void): void;
  writeError(text: string): void;
  exit(code: number): void;
}

/** The real process. */
export const ownProcess: ProcessPort = {
  onSignal: (signal, listener) => void process.on(signal, listener),
  onFailure: (listener) => {
    process.on('uncaughtException', (error) => listener('uncaught exception', error));
    process.on('unhandledRejection', (error) => listener('unhandled rejection', error));
  },
  writeError: (text) => void process.stderr.write(text),
  exit: (code) => process.exit(code),
};
