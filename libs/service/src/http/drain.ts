import type { Server, ServerResponse } from 'node:http';

import { endIdleConnections, markDraining } from './server-factory.js';

const streams = new WeakMap<Server, Set<ServerResponse>>();

/**
 * Marks a long-lived answer, such as an event stream, to be ended when its server shuts down; otherwise it would hold
 * the shutdown up until the grace time is over.
 */
export function endOnShutdown(response: ServerResponse): void {
  const { server } = (response.socket ?? {}) as { server?: Server };
  if (server === undefined) return;
  const open = streams.get(server) ?? new Set();
  streams.set(server, open);
  open.add(response);
  response.once('close', () => open.delete(response));
}

const idleSweepMs = 25;

/**
 * Stops accepting, ends idle connections and event streams, and waits for requests in flight, whose connections end
 * with their answers. What is still open after `graceMs` is cut; resolves with whether nothing had to be.
 */
export async function drainServer(server: Server, graceMs: number): Promise<boolean> {
  markDraining(server);
  if (!server.listening) return true;
  let isClean = true;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  endIdleConnections(server);
  for (const response of streams.get(server) ?? []) response.end();
  const sweep = setInterval(() => endIdleConnections(server), idleSweepMs);
  const cut = setTimeout(() => {
    isClean = false;
    server.closeAllConnections();
  }, graceMs);
  await closed;
  clearInterval(sweep);
  clearTimeout(cut);
  return isClean;
}
