/** Headers as Node delivers them. */
export type CallHeaders = Readonly<Record<string, string | string[] | undefined>>;

/**
 * How calls between members (and from a `LeaderDirectory`) prove where they come from. A port: the package has no
 * opinion on keys.
 */
export interface CallAuthenticator {
  /** Headers to add to an outgoing call. `receiver` is the id of the member that is called. */
  sign(call: {
    readonly method: string;
    readonly path: string;
    readonly receiver: string;
    readonly body: Uint8Array;
  }): Record<string, string>;
  /**
   * Throws when an incoming call must not be served; the answer is then 401. Left out when the host application's own
   * guard verifies every call before it reaches this package.
   */
  verify?(call: {
    readonly method: string;
    readonly path: string;
    readonly headers: CallHeaders;
    readonly body: Uint8Array;
  }): void;
}
