import type { HttpAnswer, HttpCall, HttpCaller } from '../../calls/http-caller.js';
import type { Scheduler } from '../../calls/scheduler.js';
import { settled } from '../manual-scheduler.js';
import type { CallDesk } from '../callers-in-memory.js';

const messagesMax = 200;
const roundsOfCalmMax = 40;

export const messageKinds = ['registration', 'heartbeat', 'farewell', 'DELETE', 'read'] as const;

/** What a message is about, and whether it asks or answers. */
export interface Traffic {
  readonly what: (typeof messageKinds)[number];
  readonly leg: 'request' | 'answer';
}

/** `lost`: does not even leave. `held`: waits in the pool until it is named. */
export type Hindrance = 'lost' | 'held';

interface Message extends Traffic {
  readonly from: string;
  readonly to: string;
  readonly arrive: () => void;
}

/** Messages wait in a pool until somebody says which of them arrives, is lost, or arrives and stays to arrive again. */
export class PooledNetwork {
  private messages: Message[] = [];
  private readonly cuts = new Set<string>();
  private readonly hindered = new Map<string, Hindrance>();

  constructor(private readonly scheduler: Scheduler) {}

  send(message: Message): void {
    if (this.hindranceOf(message) === 'lost') return;
    this.messages.push(message);
    if (this.messages.length > messagesMax) this.messages.shift();
  }

  /** @param deskOf nothing while the receiver is down */
  callerTo(from: string, to: string, deskOf: () => CallDesk | undefined): HttpCaller {
    return {
      call: (call: HttpCall) =>
        new Promise<HttpAnswer>((resolve, reject) => {
          const what = kindOf(call);
          this.scheduler.after(call.timeoutMs, () => reject(new Error(`${call.method} ${call.path} timed out`)));
          const answered = (answer: HttpAnswer): void =>
            this.send({ from: to, to: from, what, leg: 'answer', arrive: () => resolve(answer) });
          const arrive = (): void => {
            const answer = deskOf()?.(call);
            if (answer !== undefined) answered(answer);
          };
          this.send({ from, to, what, leg: 'request', arrive });
        }),
      close: async () => undefined,
    };
  }

  /** @param how.of only messages of that traffic, then also those that are held */
  deliver(which: number, { stays = false, of }: { readonly stays?: boolean; readonly of?: Traffic } = {}): void {
    const candidates = this.candidates(of);
    const message = candidates[which % candidates.length];
    if (message !== undefined) this.hand(message, stays);
  }

  lose(which: number, of?: Traffic): void {
    const candidates = this.candidates(of);
    const message = candidates[which % candidates.length];
    if (message !== undefined) this.messages.splice(this.messages.indexOf(message), 1);
  }

  cut(from: string, to: string): void {
    this.cuts.add(linkOf(from, to));
  }

  /** From now on, for all messages of that traffic between the owner and one frontend. */
  hinder(frontend: string, { what, leg }: Traffic, how: Hindrance): void {
    this.hindered.set(`${frontend} ${what} ${leg}`, how);
  }

  heal(): void {
    this.cuts.clear();
    this.hindered.clear();
  }

  /** Everything arrives that may, oldest first, and what comes of it too. */
  async calm(): Promise<void> {
    for (let round = 0; round < roundsOfCalmMax; round += 1) {
      const arriving = this.candidates();
      if (arriving.length === 0) return;
      for (const message of arriving) if (this.messages.includes(message)) this.hand(message, false);
      await settled();
    }
  }

  private hand(message: Message, stays: boolean): void {
    if (!stays) this.messages.splice(this.messages.indexOf(message), 1);
    if (!this.cuts.has(linkOf(message.from, message.to))) message.arrive();
  }

  private candidates(of?: Traffic): readonly Message[] {
    if (of === undefined) return this.messages.filter((message) => this.hindranceOf(message) !== 'held');
    return this.messages.filter(({ what, leg }) => what === of.what && leg === of.leg);
  }

  private hindranceOf({ from, to, what, leg }: Message): Hindrance | undefined {
    return this.hindered.get(`${from === 'owner' ? to : from} ${what} ${leg}`);
  }
}

function kindOf({ method, path }: HttpCall): Traffic['what'] {
  if (method === 'POST') return 'registration';
  if (method === 'PUT') return 'heartbeat';
  return path.startsWith('/subscribers') ? 'farewell' : 'DELETE';
}

function linkOf(from: string, to: string): string {
  return `${from} → ${to}`;
}
