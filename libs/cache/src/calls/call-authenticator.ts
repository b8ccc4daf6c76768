/** A call that is about to be sent. `path` is the request target: path and query, percent-encoded. */
export interface OutgoingCall {
  readonly method: string;
  readonly path: string;
  /** Who the call is meant for, as that service names itself. */
  readonly receiver: string;
  readonly body: Uint8Array;
}

/** A call that has arrived. */
export interface IncomingCall {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Uint8Array;
}

/**
 * Proves who sends a call between services. The package brings no implementation: hand in the one your services share.
 * `sign` returns headers to add. `verify` throws when the call is not to be trusted; leave it out when a guard of the
 * host application verifies every call of that listener already.
 */
export interface CallAuthenticator {
  sign(call: OutgoingCall): Record<string, string>;
  verify?(call: IncomingCall): void;
}

/** `'none'` has to be written out: nothing is unauthenticated by accident. */
export type CallAuthentication = CallAuthenticator | 'none';
