import { hash } from 'node:crypto';

/** Everything that a call's signature covers. */
export interface CanonicalCall {
  readonly method: string;
  /** The request target as it goes over the wire, with its query. Other spellings of it are other calls. */
  readonly path: string;
  readonly sender: string;
  readonly receiver: string;
  /** ms since the epoch, when it was signed. */
  readonly timeMs: number;
  readonly nonce: string;
  readonly body: Uint8Array;
}

const digestOfNoBody = hash('sha256', '', 'hex');

/**
 * The text that is signed: the scheme's name, then method, path, sender, receiver, time, nonce and the body's SHA-256 in
 * hexadecimal, one a line. No field can hold a line break (ids and nonces have an alphabet, the HTTP parser refuses one
 * in method and target), so no two calls have the same text.
 */
export function canonicalCall(call: CanonicalCall): string {
  const digest = call.body.length === 0 ? digestOfNoBody : hash('sha256', call.body, 'hex');
  return `toystore-call-1\n${call.method}\n${call.path}\n${call.sender}\n${call.receiver}\n${call.timeMs}\n${call.nonce}\n${digest}`;
}
