import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A proxy before the catalog that can hold back its answers about one product, as a slow network would. */
export class CatalogGate {
  private held: (() => void)[] | undefined;
  private readonly waiting: (() => void)[] = [];

  private constructor(
    private readonly server: Server,
    readonly url: string,
  ) {}

  static async open(catalogPort: number, heldPath: string): Promise<CatalogGate> {
    const server = createServer((incoming, answer) => {
      const outgoing = request(
        {
          host: '127.0.0.1',
          port: catalogPort,
          method: incoming.method,
          path: incoming.url,
          headers: incoming.headers,
        },
        (reply: IncomingMessage) => {
          const passOn = (): void => {
            answer.writeHead(reply.statusCode ?? 502, reply.headers);
            reply.pipe(answer);
          };
          if (gate.held !== undefined && incoming.url === heldPath && incoming.method === 'GET') {
            gate.held.push(passOn);
            for (const wake of gate.waiting.splice(0)) wake();
          } else passOn();
        },
      );
      outgoing.on('error', () => answer.destroy());
      incoming.pipe(outgoing);
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const gate = new CatalogGate(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
    return gate;
  }

  /** From now on answers about the product are held back. */
  hold(): void {
    this.held = [];
  }

  /** Resolves when the catalog has answered a question about the product and that answer is being held. */
  async answerHeld(): Promise<void> {
    while ((this.held?.length ?? 0) === 0) await new Promise<void>((resolve) => this.waiting.push(resolve));
  }

  release(): void {
    const held = this.held ?? [];
    this.held = undefined;
    for (const passOn of held) passOn();
  }

  async close(): Promise<void> {
    this.release();
    this.server.closeAllConnections();
    this.server.close();
    await once(this.server, 'close');
  }
}
