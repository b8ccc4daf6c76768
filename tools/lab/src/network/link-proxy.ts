import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { messageOf } from '../lab-error.js';
import type { StoreLink } from '../topology/store-links.js';
import { LinkConnection } from './link-connection.js';
import type { LinkFate } from './link-table.js';
import type { TargetPort } from './target-port.js';

const host = '127.0.0.1';
/** Above what a process's pools and retries ever open to one peer; more are turned away. */
const connectionsMax = 1024;
const listenRetryMs = 500;

/**
 * Listens in place of one process, for the calls of one other. Forwards bytes without looking at them, so signed calls stay
 * valid: signatures bind ids and paths, not ports.
 */
export class LinkProxy {
  readonly link: StoreLink;
  readonly #target: TargetPort;
  readonly #onTrouble: (message: string) => void;
  readonly #connections = new Set<LinkConnection>();
  #fate: LinkFate = { refused: false, forwardHeld: false, backHeld: false };
  #server: Server | undefined;
  #retry: NodeJS.Timeout | undefined;
  #closed = false;
  /** Opening a port takes a moment, and openings and shuttings must not overtake each other. */
  #settled: Promise<void> = Promise.resolve();

  constructor(link: StoreLink, options: { target: TargetPort; onTrouble: (message: string) => void }) {
    this.link = link;
    this.#target = options.target;
    this.#onTrouble = options.onTrouble;
    this.#target.onChange(() => void this.#openOrShut());
  }

  /** Connections that are open or held. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** Resolves when the fault is in place: whoever connects from now on meets it. */
  async apply(fate: LinkFate): Promise<void> {
    this.#fate = fate;
    for (const connection of [...this.#connections]) connection.apply(fate);
    await this.#openOrShut();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#retry);
    for (const connection of [...this.#connections]) connection.reset();
    await this.#openOrShut();
  }

  /** A dead process refuses; but who is cut off from it cannot learn even that. */
  get #accepts(): boolean {
    const { refused, forwardHeld, backHeld } = this.#fate;
    return !this.#closed && !refused && (this.#target.listens || forwardHeld || backHeld);
  }

  #openOrShut(): Promise<void> {
    this.#settled = this.#settled.then(async () => {
      if (this.#accepts && this.#server === undefined) await this.#listen();
      if (!this.#accepts) {
        this.#server?.close();
        this.#server = undefined;
      }
    });
    return this.#settled;
  }

  async #listen(): Promise<void> {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (opener) => this.#accept(opener));
    server.maxConnections = connectionsMax;
    try {
      await once(server.listen({ port: this.link.port, host, exclusive: true }), 'listening');
      this.#server = server;
    } catch (error) {
      const { from, to, port } = this.link;
      this.#onTrouble(
        `Port ${port}, where ${from} reaches ${to}, cannot be opened (${messageOf(error)}). Until it can, ${from} is refused. Trying again.`,
      );
      if (!this.#closed) this.#retry = setTimeout(() => void this.#openOrShut(), listenRetryMs);
    }
  }

  #accept(opener: Socket): void {
    if (this.#closed || this.#fate.refused) {
      opener.resetAndDestroy();
      return;
    }
    const connection: LinkConnection = new LinkConnection(opener, {
      fate: this.#fate,
      dial: () => this.#dial(),
      onClosed: () => void this.#connections.delete(connection),
    });
    this.#connections.add(connection);
  }

  #dial(): Socket {
    const socket = connect({ port: this.#target.port, host, allowHalfOpen: true, noDelay: true });
    socket.once('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNREFUSED') this.#target.noteRefused();
    });
    return socket;
  }
}
