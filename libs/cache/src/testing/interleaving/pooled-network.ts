import type { HttpAnswer, HttpCall, HttpCaller } from '../../calls/http-caller.js';
import type { Scheduler } from '../../calls/scheduler.js';
import { settled } from '../manual-scheduler.js';
import type { CallDesk } from '../callers-in-memory.js';

const messagesMax = 200;
const roundsOfCalmMax = 40;

interface Message {
  readonly from: string;
  readonly to: string;
  readonly arrive: () => void;
}

/** Messages wait in a pool until somebody says which of them arrives, is lost, or arrives and stays to arrive again. */
export class PooledNetwork {
  private messages: Message[] = [];
  private readonly cuts = new Set<string>();

  constructor(private readonly scheduler: Scheduler) {}

  send(from: string, to: string, arrive: () => void): void {
    this.messages.push({ from, to, arrive });
    if (this.messages.length > messagesMax) this.messages.shift();
  }

  /** @param deskOf nothing while the receiver is down */
  callerTo(from: string, to: string, deskOf: () => CallDesk | undefined): HttpCaller {
    return {
      call: (call: HttpCall) =>
        new Promise<HttpAnswer>((resolve, reject) => {
          this.scheduler.after(call.timeoutMs, () => reject(new Error(`${call.method} ${call.path} timed out`)));
          this.send(from, to, () => {
            const answer = deskOf()?.(call);
            if (answer !== undefined) this.send(to, from, () => resolve(answer));
          });
        }),
      close: async () => undefined,
    };
  }

  deliver(which: number, { stays = false } = {}): void {
    if (this.messages.length === 0) return;
    const position = which % this.messages.length;
    const message = this.messages[position] as Message;
    if (!stays) this.messages.splice(position, 1);
    if (!this.cuts.has(linkOf(message.from, message.to))) message.arrive();
  }

  lose(which: number): void {
    if (this.messages.length > 0) this.messages.splice(which % this.messages.length, 1);
  }

  cut(from: string, to: string): void {
    this.cuts.add(linkOf(from, to));
  }

  heal(): void {
    this.cuts.clear();
  }

  /** Everything arrives that may, oldest first, and what comes of it too. */
  async calm(): Promise<void> {
    for (let round = 0; round < roundsOfCalmMax && this.messages.length > 0; round += 1) {
      for (let left = this.messages.length; left > 0; left -= 1) this.deliver(0);
      await settled();
    }
  }
}

function linkOf(from: string, to: string): string {
  return `${from} → ${to}`;
}
