/** One request over a transport. */
export interface TransportCall {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'DELETE';
  /** Path and query, percent-encoded, starting with `/`. */
  readonly path: string;
  /** Names in lower case. `content-type` belongs to the caller, `content-length` to the transport. */
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array | string;
  /** How long the whole exchange may take from now, in ms; there is no call without a deadline. */
  readonly deadlineMs: number;
  /** Gives the call up early. */
  readonly signal?: AbortSignal;
}

/** Any complete answer, of any status. */
export interface TransportAnswer {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Buffer;
}

/** What a signer is given; `body` is exactly what is sent. */
export interface CallToSign {
  method: string;
  path: string;
  receiver: string;
  body: Uint8Array;
}

/** Makes the headers that authenticate a call. */
export type CallSigner = (call: CallToSign) => Record<string, string>;

/** What every transport is told about its one peer. */
export interface TransportOptions {
  /** `http://host:port`, without a path. */
  readonly baseUrl: string;
  /** The peer's id, which a signed call is bound to. */
  readonly receiver: string;
  /** Authenticates calls; left out for peers that ask for no authentication. */
  readonly sign?: CallSigner;
  /** Most bytes of an answer's body. Default 16 MiB. */
  readonly answerBytesMax?: number;
}

/**
 * Requests to one peer over kept-alive connections. A port: `UndiciTransport` for hot paths, `AxiosTransport` over
 * Nest's HttpService elsewhere, `MemoryTransport` (`./testing`) for tests; all run one conformance suite.
 *
 * Promise: resolves for every status; redirects are answers, not followed; rejects with a `TransportError` whose
 * `definite` says whether the peer certainly did not act on the call. Never retries.
 */
export interface HttpTransport {
  request(call: TransportCall): Promise<TransportAnswer>;
  /** Ends the connections; calls in flight fail as indefinite ones. */
  close(): Promise<void>;
}
