import type { IncomingMessage, ServerResponse } from 'node:http';

import { type ProblemCode, problemDetails } from '@toystore/contracts';

/** Limits of what is looked at before routing. */
export interface GateLimits {
  /** Longest request target, in bytes. */
  readonly targetBytesMax: number;
  /** Most header fields. */
  readonly headersMax: number;
}

/** What the gate refuses. */
export interface Refusal {
  readonly code: ProblemCode;
  readonly detail: string;
}

/**
 * Refuses requests that no route should see, before the framework sees them: HTTP/0.9, no `Host`, too many headers, a
 * target that is too long or not in origin form. Returns `undefined` for all others.
 */
export function refuseAtGate(request: IncomingMessage, limits: GateLimits): Refusal | undefined {
  const target = request.url ?? '';
  if (request.httpVersionMajor !== 1) {
    return { code: 'http-version-not-supported', detail: `HTTP/${request.httpVersion} is not served; use HTTP/1.1.` };
  }
  if (request.headers.host === undefined && request.httpVersionMinor >= 1) {
    return { code: 'bad-request', detail: 'The request has no Host header.' };
  }
  if (request.rawHeaders.length > 2 * limits.headersMax) {
    return { code: 'headers-too-large', detail: `The request has more than ${limits.headersMax} headers.` };
  }
  if (target.length > limits.targetBytesMax) {
    return { code: 'uri-too-long', detail: `The address is longer than ${limits.targetBytesMax} characters.` };
  }
  // An absolute form could name another site than `Host` does, and signatures cover the target as it is written.
  if (target.charCodeAt(0) !== 0x2f) return { code: 'bad-request', detail: 'The address must start with a slash.' };
  return undefined;
}

/** Answers outside of the framework. The connection ends with it: what follows on it cannot be trusted. */
export function answerProblem(
  response: ServerResponse,
  { code, detail }: Refusal,
  headers: Record<string, string> = {},
): void {
  const details = problemDetails(code, detail);
  const body = Buffer.from(JSON.stringify(details));
  response.writeHead(details.status, {
    ...headers,
    'content-type': 'application/problem+json',
    'content-length': body.length,
    connection: 'close',
  });
  response.end(body);
}

/** The bytes of an answer for a socket that has no request (a client error, CONNECT). */
export function rawProblem({ code, detail }: Refusal, headers: Record<string, string> = {}): string {
  const details = problemDetails(code, detail);
  const body = JSON.stringify(details);
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return (
    `HTTP/1.1 ${details.status} ${details.title}\r\n${lines.join('')}Content-Type: application/problem+json\r\n` +
    `Content-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`
  );
}
