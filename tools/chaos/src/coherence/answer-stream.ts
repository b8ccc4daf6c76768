import { type CatalogVersion, parseVersion } from '../verdict/catalog-version.js';

/** One HTTP answer, as far as a reader of products needs it. */
export interface ReadAnswer {
  readonly status: number;
  /** Whether `Cache-Status` says that it came from the frontend's cache. */
  readonly hit: boolean;
  /** Of what is shown, as the entity tag says; undefined when there is none. */
  readonly version: CatalogVersion | undefined;
  readonly body: string;
}

/** The bytes are not the HTTP/1.1 that a frontend speaks; nothing that follows them can be understood. */
export class UnreadableAnswerError extends Error {
  override readonly name = 'UnreadableAnswerError';
  readonly code = 'unreadable-answer';
  readonly definite = false;
}

const headEnd = '\r\n\r\n';
const headBytesMax = 16 * 1024;
const bodyBytesMax = 64 * 1024;

/**
 * Takes the answers on one connection apart, however they are cut into chunks. Made for a million of them: knows only answers
 * with a `Content-Length`, which is what frontends send, and looks at no header that nobody asks about.
 */
export class AnswerStream {
  // Latin-1: one character a byte, so that lengths in bytes are positions.
  private pending = '';

  /** @throws UnreadableAnswerError */
  push(chunk: Buffer): ReadAnswer[] {
    this.pending += chunk.toString('latin1');
    const answers: ReadAnswer[] = [];
    let at = 0;
    for (;;) {
      const bodyAt = this.pending.indexOf(headEnd, at) + headEnd.length;
      if (bodyAt < headEnd.length) break;
      const head = this.pending.slice(at, bodyAt);
      const length = contentLengthOf(head);
      if (this.pending.length < bodyAt + length) break;
      const body = this.pending.slice(bodyAt, bodyAt + length);
      answers.push({ status: statusOf(head), hit: isHit(head), version: parseVersion(fieldOf(head, 'etag')), body });
      at = bodyAt + length;
    }
    this.pending = this.pending.slice(at);
    if (this.pending.length > headBytesMax + bodyBytesMax) {
      throw new UnreadableAnswerError(`An answer is longer than ${headBytesMax + bodyBytesMax} bytes.`);
    }
    return answers;
  }
}

function statusOf(head: string): number {
  // `HTTP/1.1 200 OK`
  const status = Number(head.slice(9, 12));
  if (!head.startsWith('HTTP/1.1 ') || !(status >= 200 && status <= 599)) {
    throw new UnreadableAnswerError(`'${head.slice(0, 40)}' is not the start of an HTTP/1.1 answer.`);
  }
  return status;
}

function contentLengthOf(head: string): number {
  const found = /\r\ncontent-length: (\d{1,6})\r\n/i.exec(head);
  const length = Number(found?.[1]);
  if (found === null || length > bodyBytesMax) {
    throw new UnreadableAnswerError(`An answer without a usable Content-Length: ${head.slice(0, 200)}`);
  }
  return length;
}

function isHit(head: string): boolean {
  return fieldOf(head, 'cache-status')?.includes('; hit') === true;
}

function fieldOf(head: string, name: string): string | undefined {
  const start = head.indexOf(`\r\n${name}: `);
  if (start < 0) return undefined;
  const from = start + name.length + 4;
  return head.slice(from, head.indexOf('\r\n', from));
}
