import type { TransportCall, TransportOptions } from './http-transport.js';

/** Default of `answerBytesMax`. */
export const answerBytesMaxDefault = 16 * 1024 * 1024;

const noBody = new Uint8Array(0);

export interface PreparedCall {
  readonly body: Uint8Array | undefined;
  readonly headers: Record<string, string>;
}

/** The bytes and headers of a call, signed where the peer asks for it. */
export function prepareCall(call: TransportCall, options: TransportOptions): PreparedCall {
  const body = typeof call.body === 'string' ? Buffer.from(call.body) : call.body;
  if (options.sign === undefined) return { body, headers: { ...call.headers } };
  const signature = options.sign({
    method: call.method,
    path: call.path,
    receiver: options.receiver,
    body: body ?? noBody,
  });
  return { body, headers: { ...call.headers, ...signature } };
}

/** The base URL without a trailing slash; throws when it carries anything but scheme, host and port. */
export function originOf(baseUrl: string): string {
  const url = new URL(baseUrl);
  if (
    (url.protocol !== 'http:' && url.protocol !== 'https:') ||
    url.pathname !== '/' ||
    url.search !== '' ||
    url.hash !== ''
  ) {
    throw new TypeError(`A transport's baseUrl must be http(s)://host:port without a path, but it is '${baseUrl}'.`);
  }
  return url.origin;
}
