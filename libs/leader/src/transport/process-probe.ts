import { connect } from 'node:net';

export type ProbeResult =
  /** The port refuses connections, or somebody (a proxy) accepts and drops each at once: no process answers there. */
  | 'gone'
  /** Somebody accepted and kept the connection. */
  | 'alive'
  /** No answer in time, or unreachable: nothing can be said. */
  | 'unknown';

export interface ProbeOptions {
  readonly timeoutMs: number;
  /**
   * How long an accepted connection must stay open. A dying process's listening socket can accept a last connection
   * that is reset a moment later; then the port is asked again.
   */
  readonly steadyMs: number;
  /** So many dropped connections in a row count as gone. */
  readonly attemptsMax: number;
}

export const defaultProbe: ProbeOptions = { timeoutMs: 200, steadyMs: 20, attemptsMax: 3 };

/** Asks by a fresh TCP connection whether a process listens at `url`. Sends nothing. */
export async function probeProcess(url: string, options: ProbeOptions = defaultProbe): Promise<ProbeResult> {
  for (let attempt = 1; attempt <= options.attemptsMax; attempt++) {
    const result = await tryConnect(url, options);
    if (result !== 'dropped') return result;
  }
  return 'gone';
}

function tryConnect(url: string, { timeoutMs, steadyMs }: ProbeOptions): Promise<ProbeResult | 'dropped'> {
  const { hostname, port, protocol } = new URL(url);
  return new Promise((resolve) => {
    const socket = connect({
      host: hostname.replace(/^\[|\]$/g, ''),
      port: Number(port) || (protocol === 'https:' ? 443 : 80),
    });
    let connected = false;
    const end = (result: ProbeResult | 'dropped'): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(result);
    };
    let timer = setTimeout(() => end('unknown'), timeoutMs);
    socket.on('connect', () => {
      connected = true;
      clearTimeout(timer);
      timer = setTimeout(() => end('alive'), steadyMs);
    });
    socket.on('error', (error: NodeJS.ErrnoException) =>
      end(error.code === 'ECONNREFUSED' ? 'gone' : connected || error.code === 'ECONNRESET' ? 'dropped' : 'unknown'),
    );
    socket.on('close', () => end(connected ? 'dropped' : 'unknown'));
    socket.on('end', () => end('dropped'));
    socket.resume();
  });
}
