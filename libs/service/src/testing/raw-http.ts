import { connect, type Socket } from 'node:net';

/** An answer as it stood on the wire. */
export interface RawAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What a connection gave: every answer on it, and whether the server ended it. */
export interface RawExchange {
  readonly answers: readonly RawAnswer[];
  readonly isEnded: boolean;
}

const giveUpMs = 60_000;

/**
 * Sends bytes as they are and reads answers until `count` of them are complete or the server ends the connection.
 * Answers to HEAD have no body, so they are counted by their head when `isHead`.
 */
export async function exchangeRaw(
  port: number,
  bytes: string | Uint8Array,
  { count = 1, isHead = false }: { count?: number; isHead?: boolean } = {},
): Promise<RawExchange> {
  const socket = connect(port, '127.0.0.1');
  let received = Buffer.alloc(0);
  try {
    return await new Promise<RawExchange>((resolve, reject) => {
      const timer = setTimeout(
        () => reject(new Error(`no ${count} answers: ${received.toString('latin1')}`)),
        giveUpMs,
      );
      const finish = (isEnded: boolean): void => {
        clearTimeout(timer);
        resolve({ answers: parseAnswers(received, isHead), isEnded });
      };
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk]);
        if (parseAnswers(received, isHead).length >= count) finish(false);
      });
      socket.on('end', () => finish(true));
      // The server may reset a connection whose remaining bytes it does not want; what it answered counts.
      socket.on('error', () => finish(true));
      socket.write(bytes);
    });
  } finally {
    socket.destroy();
  }
}

/** Opens a connection that sends nothing by itself. */
export async function openSocket(port: number): Promise<Socket> {
  const socket = connect(port, '127.0.0.1');
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve);
    socket.once('error', reject);
  });
  return socket;
}

function parseAnswers(bytes: Buffer, isHead: boolean): RawAnswer[] {
  const answers: RawAnswer[] = [];
  let rest = bytes;
  for (;;) {
    const headEnd = rest.indexOf('\r\n\r\n');
    if (headEnd < 0) return answers;
    const [statusLine = '', ...lines] = rest.subarray(0, headEnd).toString('latin1').split('\r\n');
    const status = Number(statusLine.split(' ')[1]);
    const headers = Object.fromEntries(lines.map((line) => splitOnce(line, ': ')));
    const length =
      isHead || status < 200 || status === 204 || status === 304 ? 0 : Number(headers['content-length'] ?? 0);
    if (rest.length < headEnd + 4 + length) return answers;
    answers.push({ status, headers, body: rest.subarray(headEnd + 4, headEnd + 4 + length).toString('utf8') });
    rest = rest.subarray(headEnd + 4 + length);
  }
}

function splitOnce(line: string, separator: string): [string, string] {
  const offset = line.indexOf(separator);
  return offset < 0
    ? [line.toLowerCase(), '']
    : [line.slice(0, offset).toLowerCase(), line.slice(offset + separator.length)];
}
