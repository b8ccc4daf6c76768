import { randomBytes, timingSafeEqual } from 'node:crypto';

import { isPartyId, readCallHeader, writeCallHeader } from './call-header.js';
import { canonicalCall } from './canonical-call.js';
import { HmacSha256 } from './hmac-sha256.js';
import { ReplayWindow } from './replay-window.js';
import { UnauthenticatedCallError } from './unauthenticated-call-error.js';

/** A call about to be sent. */
export interface OutgoingCall {
  readonly method: string;
  readonly path: string;
  readonly receiver: string;
  readonly body: Uint8Array;
}

/** A call that arrived. `path` is the raw request target. */
export interface IncomingCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

/** Lets calls in, or throws. Returns the id of the sender. */
export interface CallVerifier {
  verify(call: IncomingCall): string;
}

export interface HmacAuthenticatorOptions {
  /** This process's id: the sender of what it signs, the receiver of what it lets in. */
  readonly self: string;
  /** The cluster secret, at least 32 characters or bytes. */
  readonly secret: string | Uint8Array;
  /** How far a call's signing time may be from now, in ms, either way. Default 5000. */
  readonly windowMs?: number;
  /** Wall clock, ms since the epoch. Default `Date.now`. */
  readonly clockMs?: () => number;
}

/** Most senders that are remembered; a cluster has a handful. */
const sendersMax = 256;
const secretBytesMin = 32;

/**
 * Signs and verifies internal calls with HMAC-SHA256 under the cluster secret.
 *
 * Promise: a call is let in only if a holder of the secret signed exactly this method, request target and body, for this
 * receiver, within `windowMs` of now and after this process started, and it is let in once. The secret never leaves the
 * object and is in no message.
 * Non-promise: it does not encrypt, and holders of the secret can sign as any sender.
 */
export class HmacAuthenticator implements CallVerifier {
  // A private field, so that no logger or inspector that walks objects meets the key.
  readonly #hmac: HmacSha256;
  private readonly self: string;
  private readonly windowMs: number;
  private readonly clockMs: () => number;
  private readonly startedMs: number;
  private readonly session = randomBytes(12).toString('base64url');
  private serial = 0;
  private readonly windows = new Map<string, ReplayWindow>();

  constructor({ self, secret, windowMs = 5000, clockMs = Date.now }: HmacAuthenticatorOptions) {
    if (!isPartyId(self))
      throw new TypeError(`'${self}' cannot be the id of a caller: use up to 64 letters, digits, '.', '_', '-'.`);
    const bytes = Buffer.from(secret);
    if (bytes.length < secretBytesMin)
      throw new TypeError(`The cluster secret must have at least ${secretBytesMin} bytes.`);
    this.#hmac = new HmacSha256(bytes);
    this.self = self;
    this.windowMs = windowMs;
    this.clockMs = clockMs;
    this.startedMs = clockMs();
  }

  /** The headers that make a call one of this process to `receiver`. Every call, also a retry, is signed anew. */
  sign({ method, path, receiver, body }: OutgoingCall): Record<string, string> {
    const timeMs = this.clockMs();
    this.serial += 1;
    const { self: sender, session, serial } = this;
    const mac = this.#hmac.macOf(
      canonicalCall({ method, path, sender, receiver, timeMs, nonce: `${session}:${serial}`, body }),
    );
    return { authorization: writeCallHeader({ sender, receiver, timeMs, session, serial, mac }) };
  }

  /** The sender of a call, or an `UnauthenticatedCallError`. Shows it to the memory of accepted calls, so call it once. */
  verify({ method, path, headers, body }: IncomingCall): string {
    const header = headers['authorization'];
    if (typeof header !== 'string') throw new UnauthenticatedCallError('unsigned');
    const call = readCallHeader(header);
    if (call === undefined) throw new UnauthenticatedCallError('malformed');
    const { sender, receiver, timeMs, session, serial, mac } = call;
    if (receiver !== this.self) throw new UnauthenticatedCallError('wrong_receiver');
    const nowMs = this.clockMs();
    if (Math.abs(nowMs - timeMs) > this.windowMs) throw new UnauthenticatedCallError('stale');
    // The memory of accepted calls does not survive a restart; what could be in it must not be let in again.
    if (timeMs < this.startedMs) throw new UnauthenticatedCallError('before_start');
    const expected = this.#hmac.macOf(
      canonicalCall({ method, path, sender, receiver, timeMs, nonce: `${session}:${serial}`, body }),
    );
    if (!isSameMac(expected, mac)) throw new UnauthenticatedCallError('bad_signature');
    if (!this.windowOf(sender).accept({ session, serial, timeMs, nowMs }))
      throw new UnauthenticatedCallError('replayed');
    return sender;
  }

  private windowOf(sender: string): ReplayWindow {
    let window = this.windows.get(sender);
    if (window === undefined) {
      // Only holders of the secret get here. Refusing is the safe answer to one that invents senders.
      if (this.windows.size >= sendersMax) throw new UnauthenticatedCallError('replayed');
      window = new ReplayWindow(this.windowMs);
      this.windows.set(sender, window);
    }
    return window;
  }
}

const macLength = 43;
const expectedBytes = Buffer.alloc(macLength);
const givenBytes = Buffer.alloc(macLength);

function isSameMac(expected: string, given: string): boolean {
  if (given.length !== macLength) return false;
  expectedBytes.write(expected, 'latin1');
  givenBytes.write(given, 'latin1');
  return timingSafeEqual(expectedBytes, givenBytes);
}
